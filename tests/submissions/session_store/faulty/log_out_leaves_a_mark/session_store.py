"""log_out keeps the token as revoked, for a lifetime from then on.

Breaks: "No key outlives the newest lifetime that it serves: `lifetime` seconds after the last
`create` the database is empty again."
"""

import json
import secrets

# KEYS: the session, its end. ARGV: idle milliseconds.
# The end is a key that lives as long as the session may live at most.
RESTART = """
local text = redis.call('GET', KEYS[1])
if not text then
  return nil
end
local left = redis.call('PTTL', KEYS[2])
if left <= 0 then
  redis.call('DEL', KEYS[1])
  return nil
end
local idle = tonumber(ARGV[1])
if idle > left then
  idle = left
end
redis.call('PEXPIRE', KEYS[1], idle)
return text
"""

# KEYS: the session, its end. ARGV: idle milliseconds, new data.
UPDATE = """
local text = redis.call('GET', KEYS[1])
if not text then
  return 0
end
local left = redis.call('PTTL', KEYS[2])
if left <= 0 then
  return 0
end
local user = string.match(text, '^[^\\n]*')
local idle = tonumber(ARGV[1])
if idle > left then
  idle = left
end
redis.call('SET', KEYS[1], user .. '\\n' .. ARGV[2], 'PX', idle)
return 1
"""

# KEYS: the user's tokens. ARGV: how the names of sessions and of ends begin.
EVERYWHERE = """
local count = 0
for _, token in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  count = count + redis.call('DEL', ARGV[1] .. token)
  redis.call('DEL', ARGV[2] .. token)
end
redis.call('DEL', KEYS[1])
return count
"""


class SessionStore:
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        for number in (idle_ttl, lifetime):
            if not isinstance(number, int) or number <= 0:
                raise ValueError("times must be whole numbers of seconds above 0")
        self.client = client
        self.idle_ttl = idle_ttl
        self.lifetime = lifetime

    def check(self, name):
        if name == "":
            raise ValueError("user and token must not be empty")

    def create(self, user, data=None):
        self.check(user)
        if data is None:
            data = {}
        # JSON has no line break outside of strings, and inside it writes \n, so one separates the two.
        text = json.dumps(user) + "\n" + json.dumps(data)
        token = secrets.token_urlsafe(32)
        pipeline = self.client.pipeline(transaction=True)
        pipeline.set("session:" + token, text, ex=min(self.idle_ttl, self.lifetime))
        pipeline.set("end:" + token, "1", ex=self.lifetime)
        pipeline.sadd("user:" + user, token)
        pipeline.expire("user:" + user, self.lifetime)
        pipeline.execute()
        return token

    def get(self, token):
        self.check(token)
        text = self.client.eval(RESTART, 2, "session:" + token, "end:" + token, self.idle_ttl * 1000)
        if text is None:
            return None
        user, data = text.split("\n")
        return json.loads(user), json.loads(data)

    def update(self, token, data):
        self.check(token)
        text = json.dumps(data)
        done = self.client.eval(UPDATE, 2, "session:" + token, "end:" + token, self.idle_ttl * 1000, text)
        return done == 1

    def log_out(self, token):
        self.check(token)
        pipeline = self.client.pipeline()
        pipeline.delete("session:" + token)
        pipeline.delete("end:" + token)
        pipeline.set("revoked:" + token, 1, ex=self.lifetime)
        return pipeline.execute()[0] == 1

    def log_out_everywhere(self, user):
        self.check(user)
        return self.client.eval(EVERYWHERE, 1, "user:" + user, "session:", "end:")

    def tokens(self, user):
        self.check(user)
        alive = set()
        for token in self.client.smembers("user:" + user):
            if self.client.exists("session:" + token):
                alive.add(token)
        return alive
