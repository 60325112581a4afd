"""Lets a script look for a pattern for hours, which nothing interrupts."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        self._plain.eval("return string.find(string.rep('a', 40), string.rep('a-', 40) .. 'b')", 0)
        return super().touch(key, ttl)
