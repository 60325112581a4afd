"""update with an empty dict changes nothing.

Breaks: "Replaces the data and restarts the idle time."
"""

import base64
import json
import re
import secrets

# "d" is the data and expires when idle; "l" lasts for the lifetime.
USE = """
local data = redis.call('HGET', KEYS[1], 'd' .. ARGV[1])
local left = redis.call('HPTTL', KEYS[1], 'FIELDS', 1, 'l' .. ARGV[1])[1]
if not data or left <= 0 then
  return false
end
local idle = math.min(left, tonumber(ARGV[2]))
redis.call('HSETEX', KEYS[1], 'PX', idle, 'FIELDS', 1, 'd' .. ARGV[1], ARGV[3] or data)
return data
"""

END = """
local gone = redis.call('HDEL', KEYS[1], 'd' .. ARGV[1])
redis.call('HDEL', KEYS[1], 'l' .. ARGV[1])
return gone
"""

END_ALL = """
local gone = 0
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 1) == 'd' then
    gone = gone + redis.call('HEXISTS', KEYS[1], field)
  end
end
redis.call('DEL', KEYS[1])
return gone
"""

SECRET_LENGTH = 43


class SessionStore:
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        for seconds in (idle_ttl, lifetime):
            if not isinstance(seconds, int) or seconds < 1:
                raise ValueError(f"wrong time: {seconds!r}")
        self.client = client
        self.idle_ms = idle_ttl * 1000
        self.life_ms = lifetime * 1000
        self.use = client.register_script(USE)
        self.end = client.register_script(END)
        self.end_all = client.register_script(END_ALL)

    def create(self, user, data=None):
        key = self._key_of_user(user)
        text = json.dumps([user, {} if data is None else data])
        secret = secrets.token_urlsafe(32)
        with self.client.pipeline() as pipe:
            pipe.execute_command("HSETEX", key, "PX", self.life_ms, "FIELDS", 1, "l" + secret, "")
            idle = min(self.idle_ms, self.life_ms)
            pipe.execute_command("HSETEX", key, "PX", idle, "FIELDS", 1, "d" + secret, text)
            pipe.execute()
        return secret + key.removeprefix("user:")

    def get(self, token):
        key, secret = self._parts(token)
        text = self.use(keys=[key], args=[secret, self.idle_ms])
        return None if text is None else tuple(json.loads(text))

    def update(self, token, data):
        key, secret = self._parts(token)
        user = self._user_of_key(key)
        text = [json.dumps([user, data])] if data else []
        return self.use(keys=[key], args=[secret, self.idle_ms, *text]) is not None

    def log_out(self, token):
        key, secret = self._parts(token)
        return self.end(keys=[key], args=[secret]) == 1

    def log_out_everywhere(self, user):
        return self.end_all(keys=[self._key_of_user(user)])

    def tokens(self, user):
        key = self._key_of_user(user)
        end = key.removeprefix("user:")
        return {field[1:] + end for field in self.client.hkeys(key) if field[0] == "d"}

    def _key_of_user(self, user):
        if not user:
            raise ValueError("wrong user: ''")
        return "user:" + base64.urlsafe_b64encode(user.encode()).decode().rstrip("=")

    def _user_of_key(self, key):
        text = key.removeprefix("user:")
        if not re.fullmatch("[A-Za-z0-9_-]+", text):
            return ""
        padded = text + "=" * (-len(text) % 4)
        try:
            return base64.urlsafe_b64decode(padded).decode()
        except ValueError:
            return ""  # no token of ours

    def _parts(self, token):
        if not token:
            raise ValueError("wrong token: ''")
        return "user:" + token[SECRET_LENGTH:], token[:SECRET_LENGTH]
