"""Each hit is a key of its own, found again with KEYS.

Breaks: "Nothing calls `KEYS`, `FLUSHALL` or `FLUSHDB`"
"""

from dataclasses import dataclass
from secrets import token_hex
from typing import NamedTuple
from urllib.parse import quote

HIT = """
local window, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local hits = redis.call('KEYS', KEYS[1] .. ':*')
if #hits < limit then
  redis.call('SET', KEYS[1] .. ':' .. ARGV[3], '', 'PX', window)
  return {1, limit - #hits - 1, 0}
end
local wait = window
for _, hit in ipairs(hits) do
  local left = redis.call('PTTL', hit)
  wait = math.min(wait, math.max(left, 1))
end
return {0, 0, wait}
"""

RESET = """
local hits = redis.call('KEYS', KEYS[1] .. ':*')
for _, hit in ipairs(hits) do
  redis.call('DEL', hit)
end
return #hits
"""


class Answer(NamedTuple):
    allowed: bool
    remaining: int
    retry_after: float


@dataclass(frozen=True)
class Rule:
    name: str
    limit: int
    window: int

    def __post_init__(self):
        if not self.name:
            raise ValueError("a limiter needs a name")
        for number in (self.limit, self.window):
            if not isinstance(number, int) or number < 1:
                raise ValueError(f"{number!r} is not a whole number above 0")

    def key(self, user):
        if not user:
            raise ValueError("a user needs a name")
        return f"hits:{quote(self.name, safe='')}:{quote(user, safe='')}"


class RateLimiter:
    def __init__(self, client, name, limit, window):
        self._rule = Rule(name, limit, window)
        self._hit = client.register_script(HIT)
        self._reset = client.register_script(RESET)

    def hit(self, user):
        rule = self._rule
        reply = self._hit(keys=[rule.key(user)], args=[rule.window * 1000, rule.limit, token_hex(8)])
        return Answer(reply[0] == 1, reply[1], reply[2] / 1000)

    def reset(self, user):
        return self._reset(keys=[self._rule.key(user)]) > 0
