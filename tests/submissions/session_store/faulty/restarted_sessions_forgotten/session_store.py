"""A user's list drops a session when its first idle time has gone by, restarted or not.

Breaks: "Return the tokens of the user's sessions that are not over; restarts no idle time."
"""

import json
import secrets

NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

CREATE = (
    NOW
    + """
local ends = now + ARGV[4] * 1000
local idle_end = math.min(now + ARGV[3] * 1000, ends)
redis.call('HSET', KEYS[1], 'user', ARGV[1], 'data', ARGV[2], 'ends', string.format('%.0f', ends))
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', idle_end))
redis.call('ZADD', KEYS[2], idle_end, KEYS[1])
redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', ends))
return 1
"""
)

USE = (
    NOW
    + """
local found = redis.call('HMGET', KEYS[1], 'user', 'data', 'ends')
if not found[1] then
  return nil
end
local ends = tonumber(found[3])
if ends <= now then
  redis.call('DEL', KEYS[1])
  return nil
end
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'data', ARGV[2])
end
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', math.min(now + ARGV[1] * 1000, ends)))
return {found[1], found[2]}
"""
)

LIVE = (
    NOW
    + """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local live = {}
for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('EXISTS', key) == 1 then
    live[#live + 1] = key
    if ARGV[1] == 'end' then
      redis.call('DEL', key)
    end
  end
end
if ARGV[1] == 'end' then
  redis.call('DEL', KEYS[1])
end
return live
"""
)


class SessionStore:
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        for number in (idle_ttl, lifetime):
            if not isinstance(number, int) or number < 1:
                raise ValueError("both times are whole numbers of seconds above 0")
        self.client = client
        self.idle_ttl = idle_ttl
        self.lifetime = lifetime
        self.starts = client.register_script(CREATE)
        self.uses = client.register_script(USE)
        self.lives = client.register_script(LIVE)

    def of_token(self, token):
        if not token:
            raise ValueError("the token is empty")
        return "t:" + token

    def of_user(self, user):
        if not user:
            raise ValueError("the user is empty")
        return "u:" + user

    def create(self, user, data=None):
        index, text, token = (
            self.of_user(user),
            json.dumps({} if data is None else data),
            secrets.token_hex(20),
        )
        self.starts([self.of_token(token), index], [user, text, self.idle_ttl, self.lifetime])
        return token

    def get(self, token):
        found = self.uses([self.of_token(token)], [self.idle_ttl, ""])
        return (found[0], json.loads(found[1])) if found else None

    def update(self, token, data):
        return self.uses([self.of_token(token)], [self.idle_ttl, json.dumps(data)]) is not None

    def log_out(self, token):
        return self.client.delete(self.of_token(token)) == 1

    def log_out_everywhere(self, user):
        return len(self.lives([self.of_user(user)], ["end"]))

    def tokens(self, user):
        return {key[2:] for key in self.lives([self.of_user(user)], ["list"])}
