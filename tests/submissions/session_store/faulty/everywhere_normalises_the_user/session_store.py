"""log_out_everywhere normalises the user.

Breaks: "used as they are: no trimming, no change of case, no normalising."
"""

import unicodedata
import json
import secrets
from typing import Any

import redis

# Two kinds of key:
#   session:token:<token>  a hash: the user and the data. Its expiry is the idle time.
#   session:user:<user>    a hash: a field for each token of the user. A field's own expiry is the end of
#                          that session's lifetime, which nothing extends.
# So the server keeps both times, and no clock of ours is needed.
SESSION = "session:token:"
USER = "session:user:"

# Restarts the idle time, but never beyond the lifetime; the session, or nothing where it is over. With
# data, keeps that first. ARGV: idle milliseconds, USER, token, data or ''.
USE = """
local user = redis.call('HGET', KEYS[1], 'user')
if not user then
    return nil
end
local left = redis.call('HPTTL', ARGV[2] .. user, 'FIELDS', 1, ARGV[3])[1]
if left <= 0 then
    redis.call('DEL', KEYS[1])
    return nil
end
if ARGV[4] ~= '' then
    redis.call('HSET', KEYS[1], 'data', ARGV[4])
end
redis.call('PEXPIRE', KEYS[1], math.min(left, ARGV[1]))
return {user, redis.call('HGET', KEYS[1], 'data')}
"""

# Ends one session; whether there was one. ARGV: USER, token.
END = """
local user = redis.call('HGET', KEYS[1], 'user')
if not user then
    return 0
end
redis.call('HDEL', ARGV[1] .. user, ARGV[2])
return redis.call('DEL', KEYS[1])
"""

# The tokens of a user's live sessions. Fields of sessions that were left alone are dropped on the way.
# With ARGV[2] 'end' the sessions end. ARGV: SESSION, 'list' or 'end'.
ALL = """
local live = {}
for _, token in ipairs(redis.call('HKEYS', KEYS[1])) do
    if redis.call('EXISTS', ARGV[1] .. token) == 1 then
        live[#live + 1] = token
    else
        redis.call('HDEL', KEYS[1], token)
    end
end
if ARGV[2] == 'end' then
    for _, token in ipairs(live) do
        redis.call('DEL', ARGV[1] .. token)
    end
    redis.call('DEL', KEYS[1])
end
return live
"""


class SessionStore:
    """Who is logged in: sessions by token, each of one user."""

    def __init__(self, client: redis.Redis, idle_ttl: int = 1800, lifetime: int = 86400) -> None:
        self._client = client
        self._idle_ms = seconds(idle_ttl) * 1000
        self._lifetime = seconds(lifetime)
        self._use = client.register_script(USE)
        self._end = client.register_script(END)
        self._all = client.register_script(ALL)

    def create(self, user: str, data: dict[str, Any] | None = None) -> str:
        """Start a session of the user; its token."""
        text = json.dumps({} if data is None else data)
        index = USER + named(user)
        # 32 random bytes that nobody can guess; `random` would not do.
        token = secrets.token_urlsafe(32)
        pipeline = self._client.pipeline(transaction=True)
        pipeline.hset(SESSION + token, mapping={"user": user, "data": text})
        pipeline.pexpire(SESSION + token, min(self._idle_ms, self._lifetime * 1000))
        pipeline.hsetex(index, token, "", ex=self._lifetime)
        pipeline.execute()
        return token

    def get(self, token: str) -> tuple[str, dict[str, Any]] | None:
        """The session's user and data, or None where it is over; restarts its idle time."""
        found = self._use(keys=[SESSION + named(token)], args=[self._idle_ms, USER, token, ""])
        return None if found is None else (found[0], json.loads(found[1]))

    def update(self, token: str, data: dict[str, Any]) -> bool:
        """Replace the session's data and restart its idle time; False where it is over."""
        text = json.dumps(data)
        found = self._use(keys=[SESSION + named(token)], args=[self._idle_ms, USER, token, text])
        return found is not None

    def log_out(self, token: str) -> bool:
        """End the session; whether there was one."""
        return bool(self._end(keys=[SESSION + named(token)], args=[USER, token]))

    def log_out_everywhere(self, user: str) -> int:
        """End all sessions of the user; how many this call ended."""
        user = unicodedata.normalize("NFC", user)
        return len(self._all(keys=[USER + named(user)], args=[SESSION, "end"]))

    def tokens(self, user: str) -> set[str]:
        """The tokens of the user's sessions that are not over; restarts no idle time."""
        return set(self._all(keys=[USER + named(user)], args=[SESSION, "list"]))


def seconds(number: int) -> int:
    """The number itself, unless it isn't a whole number of seconds above 0."""
    if not isinstance(number, int) or number < 1:
        raise ValueError(f"a time is a whole number of seconds above 0, not {number!r}")
    return number


def named(name: str) -> str:
    """The name itself, unless it is empty."""
    if not name:
        raise ValueError("a user or token can't be empty")
    return name
