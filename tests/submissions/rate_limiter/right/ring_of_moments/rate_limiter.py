"""A list of the newest `limit` moments, cut to length and never cleaned: too old ones are passed over."""

import hashlib
from datetime import datetime, timezone

HIT = """
local now = tonumber(ARGV[1])
local since = now - tonumber(ARGV[2])
local limit = tonumber(ARGV[3])
local inside, oldest = 0, now
for _, text in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local moment = tonumber(text)
  if moment > since then
    inside = inside + 1
    oldest = math.min(oldest, moment)
  end
end
if inside >= limit then
  return {0, 0, math.max(1, oldest - since)}
end
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, limit - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {1, limit - inside - 1, 0}
"""


def whole(number):
    if isinstance(number, float) or number < 1:
        raise ValueError(number)
    return number


def digest(text):
    if not text:
        raise ValueError("empty")
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class RateLimiter:
    def __init__(self, client, name, limit, window):
        self.client, self.name = client, digest(name)
        self.limit, self.window = whole(limit), whole(window)

    def key(self, user):
        return self.name + digest(user)

    def hit(self, user):
        milliseconds = int(datetime.now(timezone.utc).timestamp() * 1000)
        allowed, remaining, wait = self.client.eval(
            HIT, 1, self.key(user), milliseconds, self.window * 1000, self.limit
        )
        return bool(allowed), int(remaining), float(wait) / 1000

    def reset(self, user):
        # The list goes with the last hit, so it is there only while one is within the window.
        return self.client.delete(self.key(user)) != 0
