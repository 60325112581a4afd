"""Each allowed hit is a key of its own that the server lets expire; a set of the user names them."""

import base64
import secrets


def _check(limit, window):
    for number in (limit, window):
        if type(number) is not int or number <= 0:
            raise ValueError(number)


def _text(name):
    if name == "":
        raise ValueError("empty")
    return name


HIT = """
local window, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local wait, used = window, 0
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local left = redis.call('PTTL', KEYS[1] .. '.' .. id)
  if left > 0 then used, wait = used + 1, math.min(wait, left)
  else redis.call('SREM', KEYS[1], id) end
end
if used >= limit then return {0, 0, wait} end
redis.call('SADD', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], window)
redis.call('SET', KEYS[1] .. '.' .. ARGV[3], 1, 'PX', window)
return {1, limit - used - 1, 0}
"""
RESET = """
local n = 0
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do n = n + redis.call('DEL', KEYS[1] .. '.' .. id) end
redis.call('DEL', KEYS[1])
return n
"""


class RateLimiter:
    def __init__(self, client, name, limit, window):
        _check(limit, window)
        self.client, self.name, self.limit, self.window = client, _text(name), limit, window

    def key(self, user):
        parts = (self.name, _text(user))
        return ",".join(base64.b64encode(part.encode()).decode() for part in parts)

    def hit(self, user):
        ok, left, wait = self.client.eval(
            HIT, 1, self.key(user), self.window * 1000, self.limit, secrets.token_hex(8)
        )
        return ok == 1, left, wait / 1000

    def reset(self, user):
        return self.client.eval(RESET, 1, self.key(user)) != 0
