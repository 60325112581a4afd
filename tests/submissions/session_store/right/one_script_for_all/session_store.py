"""One script does all there is to do, by the server's time; a session is packed into one string."""

import json
import secrets


def _whole(number):
    if not isinstance(number, int) or number < 1:
        raise ValueError(number)
    return number


def _text(name):
    if not len(name):
        raise ValueError("empty")
    return name


ALL = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local what, name, idle, life = ARGV[1], ARGV[2], ARGV[3] * 1000, ARGV[4] * 1000
local function at(moment) return string.format('%.0f', moment) end
local function open(token)
  local row = redis.call('GET', 'session/' .. token)
  if not row then return nil end
  return cmsgpack.unpack(row)
end
local function keep(token, s)
  redis.call('SET', 'session/' .. token, cmsgpack.pack(s), 'PXAT', at(math.min(now + idle, s.ends)))
end
local function live(user)
  local found = {}
  for _, token in ipairs(redis.call('ZRANGE', 'user/' .. user, 0, -1)) do
    if open(token) then found[#found + 1] = token end
  end
  return found
end
if what == 'create' then
  keep(ARGV[6], {user = name, data = ARGV[5], ends = now + life})
  redis.call('ZADD', 'user/' .. name, now, ARGV[6])
  redis.call('PEXPIREAT', 'user/' .. name, at(now + life))
  return 1
elseif what == 'get' or what == 'update' then
  local s = open(name)
  if not s then return nil end
  if what == 'update' then s.data = ARGV[5] end
  keep(name, s)
  return {s.user, s.data}
elseif what == 'out' then
  local s = open(name)
  if not s then return 0 end
  redis.call('ZREM', 'user/' .. s.user, name)
  return redis.call('DEL', 'session/' .. name)
elseif what == 'tokens' then
  return live(name)
else
  local found = live(name)
  for _, token in ipairs(found) do redis.call('DEL', 'session/' .. token) end
  redis.call('DEL', 'user/' .. name)
  return #found
end
"""


class SessionStore:
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        self.script, self.times = client.register_script(ALL), (_whole(idle_ttl), _whole(lifetime))

    def do(self, what, name, *more):
        return self.script(args=[what, _text(name), *self.times, *more])

    def create(self, user, data=None):
        text, token = json.dumps({} if data is None else data), secrets.token_hex(32)
        self.do("create", user, text, token)
        return token

    def get(self, token):
        found = self.do("get", token)
        return None if found is None else (found[0], json.loads(found[1]))

    def update(self, token, data):
        return self.do("update", token, json.dumps(data)) is not None

    def log_out(self, token):
        return self.do("out", token) == 1

    def log_out_everywhere(self, user):
        return self.do("all out", user)

    def tokens(self, user):
        return set(self.do("tokens", user))
