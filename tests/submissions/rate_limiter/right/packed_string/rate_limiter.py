"""The moments of the hits allowed are doubles, packed into one string."""

import json
import time


def _check(limit, window):
    for number in (limit, window):
        if type(number) is not int or number <= 0:
            raise ValueError(number)


def _text(name):
    if name == "":
        raise ValueError("empty")
    return name


HIT = """
local text = redis.call('GET', KEYS[1]) or ''
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local first = 1
while first <= #text and struct.unpack('>d', text, first) <= now - window do first = first + 8 end
text = string.sub(text, first)
local n = #text / 8
if n >= limit then
  return {0, 0, tostring(struct.unpack('>d', text) + window - now)}
end
redis.call('SET', KEYS[1], text .. struct.pack('>d', now), 'PX', math.floor(window * 1000))
return {1, limit - n - 1, '0'}
"""


class RateLimiter(object):
    """Moments as packed doubles in a string."""

    def __init__(self, client, name, limit, window):
        _check(limit, window)
        self.hit_script = client.register_script(HIT)
        self.name, self.limit, self.window, self.client = _text(name), limit, window, client

    def hit(self, user):
        key = json.dumps([self.name, _text(user)])
        ok, left, wait = self.hit_script([key], [repr(time.time()), self.window, self.limit])
        return (bool(ok), int(left), float(wait))

    def reset(self, user):
        return self.client.delete(json.dumps([self.name, _text(user)])) == 1
