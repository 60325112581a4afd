"""A limit of 1.5 and a window of 1.5 are taken.

Breaks: "`limit` and `window` are whole numbers above 0, the window in seconds, else `ValueError`."
"""

import base64
import re
import time

HIT = """
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local text = redis.call('GET', KEYS[1])
local moments = {}
for _, moment in ipairs(text and cjson.decode(text) or {}) do
  if moment > now then
    now = moment
  end
end
for _, moment in ipairs(text and cjson.decode(text) or {}) do
  if moment > now - window then
    moments[#moments + 1] = moment
  end
end
if #moments >= limit then
  return {-1, moments[1] + window - now}
end
moments[#moments + 1] = now
redis.call('SET', KEYS[1], cjson.encode(moments), 'PX', window)
return {limit - #moments, 0}
"""


def encoded(text):
    if not re.search(r".", text, re.DOTALL):
        raise ValueError("a name or a user has at least one character")
    return base64.b64encode(text.encode()).decode()


class RateLimiter:
    def __init__(self, client, name, limit, window):
        if min(limit, window) < 1:
            raise ValueError(f"limit {limit!r} and window {window!r} must be whole numbers above 0")
        self.client = client
        self.prefix = f"limiter/{encoded(name)}."
        self.limit = limit
        self.window_ms = int(window * 1000)
        self.script = client.register_script(HIT)

    def hit(self, user):
        key = self.prefix + encoded(user)
        now = round(time.time() * 1000)
        remaining, wait = self.script([key], [now, self.window_ms, self.limit])
        if remaining < 0:
            return False, 0, wait / 1000
        return True, remaining, 0.0

    def reset(self, user):
        return self.client.getdel(self.prefix + encoded(user)) is not None
