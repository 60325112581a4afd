"""A session is of a generation of its user; one that is gone has ended all sessions of it."""

import json
import random
import string


def _whole(number):
    if not isinstance(number, int) or number < 1:
        raise ValueError(number)
    return number


def _text(name):
    if not len(name):
        raise ValueError("empty")
    return name


# A session belongs to a generation of its user; a generation that is gone has ended all of its sessions.
CREATE = """
local gen = redis.call('GET', 'gen ' .. ARGV[1])
if not gen then gen = ARGV[6] end
redis.call('SET', 'gen ' .. ARGV[1], gen, 'EX', ARGV[4])
redis.call('SADD', 'all ' .. gen, ARGV[5])
redis.call('EXPIRE', 'all ' .. gen, ARGV[4])
redis.call('HSET', KEYS[1], 'user', ARGV[1], 'data', ARGV[2], 'gen', gen)
redis.call('SET', 'life ' .. ARGV[5], '', 'EX', ARGV[4])
redis.call('EXPIRE', KEYS[1], math.min(ARGV[3], ARGV[4]))
"""
USE = """
local user, data, gen = unpack(redis.call('HMGET', KEYS[1], 'user', 'data', 'gen'))
if not user or redis.call('GET', 'gen ' .. user) ~= gen then return false end
local left = redis.call('PTTL', 'life ' .. ARGV[1])
if left <= 0 then return false end
if ARGV[3] then data = ARGV[3] redis.call('HSET', KEYS[1], 'data', data) end
redis.call('PEXPIRE', KEYS[1], math.min(left, ARGV[2] * 1000))
return {user, data}
"""
END = """
local user, gen = unpack(redis.call('HMGET', KEYS[1], 'user', 'gen'))
redis.call('DEL', KEYS[1], 'life ' .. ARGV[1])
if not user then return 0 end
return redis.call('GET', 'gen ' .. user) == gen and 1 or 0
"""
LIVE = """
local gen, live = redis.call('GET', 'gen ' .. ARGV[1]), {}
if not gen then return live end
for _, token in ipairs(redis.call('SMEMBERS', 'all ' .. gen)) do
  if redis.call('EXISTS', 'session ' .. token) == 1 then table.insert(live, token) end
end
if ARGV[2] then redis.call('DEL', 'gen ' .. ARGV[1], 'all ' .. gen) end
return live
"""


class SessionStore:
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        self.client, self.times = client, (_whole(idle_ttl), _whole(lifetime))
        self.random = random.SystemRandom()

    def _name(self):
        return "".join(self.random.choices(string.ascii_letters + string.digits, k=48))

    def create(self, user, data=None):
        text = json.dumps(data if data else {})
        token = self._name()
        self.client.eval(CREATE, 1, "session " + token, _text(user), text, *self.times, token, self._name())
        return token

    def get(self, token):
        found = self.client.eval(USE, 1, "session " + _text(token), token, self.times[0])
        return found and (found[0], json.loads(found[1])) or None

    def update(self, token, data):
        text = json.dumps(data)
        return bool(self.client.eval(USE, 1, "session " + _text(token), token, self.times[0], text))

    def log_out(self, token):
        return self.client.eval(END, 1, "session " + _text(token), token)

    def log_out_everywhere(self, user):
        return len(self.client.eval(LIVE, 0, _text(user), "end"))

    def tokens(self, user):
        return frozenset(self.client.eval(LIVE, 0, _text(user)))
