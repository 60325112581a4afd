"""One object for each limiter's name in a process, whoever asks for it."""

import time

_limiters = {}
HIT = """
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
while true do
  local oldest = redis.call('LINDEX', KEYS[1], -1)
  if not oldest or tonumber(oldest) > now - window then break end
  redis.call('RPOP', KEYS[1])
end
local used = redis.call('LLEN', KEYS[1])
if used < limit then
  redis.call('LPUSH', KEYS[1], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
  return {1, limit - used - 1, 0}
end
return {0, 0, redis.call('LINDEX', KEYS[1], -1) + window - now}
"""


class RateLimiter:
    def __new__(cls, client, name, limit, window):
        if name == "" or any(type(n) is not int or n < 1 for n in (limit, window)):
            raise ValueError
        if name not in _limiters:
            one = _limiters[name] = super().__new__(cls)
            one.client, one.name, one.limit, one.window = client, name, limit, window
            one.script = client.register_script(HIT)
        return _limiters[name]

    def key(self, user):
        if user == "":
            raise ValueError
        return f"{len(self.name)},{self.name},{user}"

    def hit(self, user):
        ok, left, wait = self.script(
            keys=[self.key(user)], args=[time.time_ns() // 1000, self.window * 10**6, self.limit]
        )
        return bool(ok), left, wait / 1e6

    def reset(self, user):
        return bool(self.client.delete(self.key(user)))
