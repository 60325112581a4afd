"""merge into an empty cart is DUMP and RESTORE; checkout compares the dump that it read, and tries again."""

import json
from cartbase import Base

MERGE = """
if redis.call('EXISTS', KEYS[2]) == 0 then return end
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('RESTORE', KEYS[1], ARGV[1] * 1000, redis.call('DUMP', KEYS[2]))
else
  local f = redis.call('HGETALL', KEYS[2])
  for i = 1, #f, 2 do redis.call('HINCRBY', KEYS[1], f[i], f[i + 1]) end
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
redis.call('DEL', KEYS[2])
"""
SAME = """
local f, text = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #f, 2 do text[#text + 1] = #f[i] .. ':' .. f[i] .. '=' .. f[i + 1] end
table.sort(text)
local digest = redis.sha1hex(table.concat(text, ';'))
if ARGV[1] == '' then f[#f + 1] = digest return f end
if digest ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1
"""


class ShoppingCart(Base):
    def ready(self):
        self._m, self._same = map(self.client.register_script, (MERGE, SAME))

    def merge(self, guest_id):
        guest = self.key_of(guest_id)
        if guest_id == self.user:
            raise ValueError("own")
        self._m(keys=[self.key, guest], args=[self.life])

    def checkout(self):
        while True:
            *flat, digest = self._same(keys=[self.key], args=[""])
            if not flat:
                return {}
            if self._same(keys=[self.key], args=[digest]):
                return {k: int(v) for k, v in zip(flat[::2], flat[1::2])}
