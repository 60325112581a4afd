"""All sessions are fields of one hash, each with an expiry of its own; so are all tokens, by user."""

import json
import secrets

USE = """
local row = redis.call('HGET', KEYS[1], ARGV[1])
local left = redis.call('HPTTL', KEYS[2], 'FIELDS', 1, ARGV[1])[1]
if not row or left <= 0 then
  return nil
end
if ARGV[3] then
  row = cjson.encode({cjson.decode(row)[1], ARGV[3]})
end
redis.call('HSETEX', KEYS[1], 'PX', math.min(left, tonumber(ARGV[2])), 'FIELDS', 1, ARGV[1], row)
return row
"""

OF = """
local found = {}
local rows = redis.call('HGETALL', KEYS[1])
for i = 1, #rows, 2 do
  if cjson.decode(rows[i + 1])[1] == ARGV[1] then
    found[#found + 1] = rows[i]
    if ARGV[2] == 'end' then
      redis.call('HDEL', KEYS[1], rows[i])
      redis.call('HDEL', KEYS[2], rows[i])
    end
  end
end
return found
"""


class SessionStore:
    SESSIONS = "sessions"
    ENDS = "ends"

    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        for time in (idle_ttl, lifetime):
            if not isinstance(time, int) or time < 1:
                raise ValueError(f"{time!r} seconds")
        self.client = client
        self.idle_ttl, self.lifetime = idle_ttl, lifetime
        self.use = client.register_script(USE)
        self.of = client.register_script(OF)

    def create(self, user, data=None):
        self.must_be(user)
        row = json.dumps([user, json.dumps({} if data is None else data)], ensure_ascii=False)
        token = secrets.token_urlsafe(30)
        idle = min(self.idle_ttl, self.lifetime)
        with self.client.pipeline() as pipe:
            pipe.hsetex(self.ENDS, token, "", ex=self.lifetime)
            pipe.hsetex(self.SESSIONS, token, row, ex=idle)
            pipe.execute()
        return token

    def get(self, token):
        self.must_be(token)
        row = self.use([self.SESSIONS, self.ENDS], [token, self.idle_ttl * 1000])
        if row is None:
            return None
        user, text = json.loads(row)
        return user, json.loads(text)

    def update(self, token, data):
        self.must_be(token)
        arguments = [token, self.idle_ttl * 1000, json.dumps(data)]
        return self.use([self.SESSIONS, self.ENDS], arguments) is not None

    def log_out(self, token):
        self.must_be(token)
        with self.client.pipeline() as pipe:
            pipe.hdel(self.SESSIONS, token)
            pipe.hdel(self.ENDS, token)
            return pipe.execute()[0] == 1

    def log_out_everywhere(self, user):
        self.must_be(user)
        return len(self.of([self.SESSIONS, self.ENDS], [user, "end"]))

    def tokens(self, user):
        self.must_be(user)
        return set(self.of([self.SESSIONS, self.ENDS], [user, "list"]))

    @staticmethod
    def must_be(name):
        if not name:
            raise ValueError("empty")
