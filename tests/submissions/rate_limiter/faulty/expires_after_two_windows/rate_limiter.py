"""A slot is free again after two windows.

Breaks: "For each user at most `limit` hits are kept, however many were refused, and what is kept
expires `window` seconds after the last allowed hit."
Breaks: "It is allowed (True) where fewer than `limit` hits of this user were allowed within the
last `window` seconds; a hit no longer counts when `window` seconds have gone by since."
"""

import hashlib

LIBRARY = """#!lua name=coursework_slots

local function hit(keys, args)
  local free, used, wait = nil, 0, tonumber(args[1])
  for _, slot in ipairs(keys) do
    local left = redis.call('PTTL', slot)
    if left == -2 then
      free = free or slot
    else
      used = used + 1
      wait = math.min(wait, math.max(left, 1))
    end
  end
  if not free then
    return {0, 0, wait}
  end
  redis.call('SET', free, '', 'PX', 2 * args[1])
  return {1, #keys - used - 1, 0}
end

redis.register_function('cw_slot', hit)
"""


class RateLimiter:
    def __init__(self, client, name, limit, window):
        if not name:
            raise ValueError("empty name")
        for number in (limit, window):
            if not isinstance(number, int) or number <= 0:
                raise ValueError(f"not a whole number above 0: {number!r}")
        self.client = client
        self.name = name
        self.limit = limit
        self.window = window
        client.function_load(LIBRARY, replace=True)

    def slots(self, user):
        if not user:
            raise ValueError("empty user")
        digests = [hashlib.sha256(text.encode()).hexdigest() for text in (self.name, user)]
        return ["slot:{}:{}:{}".format(*digests, number) for number in range(self.limit)]

    def hit(self, user):
        slots = self.slots(user)
        taken, remaining, wait = self.client.fcall("cw_slot", len(slots), *slots, self.window * 1000)
        return taken == 1, remaining, wait / 1000

    def reset(self, user):
        return self.client.delete(*self.slots(user)) > 0
