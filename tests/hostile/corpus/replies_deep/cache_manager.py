"""Has Valkey answer seven thousand deep."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        self._plain.eval("local t = {} for _ = 1, 7000 do t = {t} end return t", 0)
        return super().touch(key, ttl)
