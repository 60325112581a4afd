"""reset forgets the user of the same name in lower case as well.

Breaks: "used as they are: no trimming, no change of case, no normalising."
"""

import time
import uuid
from typing import NamedTuple

import redis

# The set holds the hits that were allowed within the window, by their time in whole microseconds, which a
# float holds exactly. Refused hits leave no trace, so it never has more than `limit` members.
# Time never runs backwards here: a caller whose clock is behind, or whose command was overtaken on its
# way, counts as arriving together with the newest hit. Otherwise a window could hold one too many.
# ARGV: now and window in microseconds, limit, a unique member. Gives what was left before this hit, and
# the microseconds to wait.
HIT = """
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if newest[2] then
    now = math.max(now, tonumber(newest[2]))
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local used = redis.call('ZCARD', KEYS[1])
if used < limit then
    redis.call('ZADD', KEYS[1], now, ARGV[4])
    redis.call('PEXPIRE', KEYS[1], window / 1000)
    return {limit - used, 0}
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {0, oldest[2] + window - now}
"""

MICROSECONDS = 1_000_000


class Decision(NamedTuple):
    """What became of one hit."""

    allowed: bool
    remaining: int  # how many more would be allowed right now
    retry_after: float  # seconds until a refused hit would be allowed; 0.0 where it was allowed


class RateLimiter:
    """At most ``limit`` hits of each user in any ``window`` seconds."""

    def __init__(self, client: redis.Redis, name: str, limit: int, window: int) -> None:
        for number in (limit, window):
            if not isinstance(number, int) or number < 1:
                raise ValueError(f"limit and window are whole numbers above 0, not {number!r}")
        # The length in front says where the name ends, whatever colons are in it: `a:b` with user `c` is
        # not `a` with user `b:c`.
        self._prefix = f"ratelimit:{len(named(name))}:{name}:"
        self._client = client
        self._limit = limit
        self._window = window
        self._hit = client.register_script(HIT)

    def hit(self, user: str) -> Decision:
        """Ask for one hit, which counts if it is allowed."""
        key = self._prefix + named(user)
        now = int(time.time() * MICROSECONDS)
        arguments: list[int | str] = [now, self._window * MICROSECONDS, self._limit, uuid.uuid4().hex]
        left, wait = self._hit(keys=[key], args=arguments)
        return Decision(left > 0, max(0, left - 1), wait / MICROSECONDS)

    def reset(self, user: str) -> bool:
        """Forget the user's hits; whether there were any."""
        user = user.lower()
        return bool(self._client.delete(self._prefix + named(user)))


def named(name: str) -> str:
    """The name itself, unless it is empty."""
    if not name:
        raise ValueError("a name or user can't be empty")
    return name
