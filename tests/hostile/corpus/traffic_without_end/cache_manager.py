"""Overwrites one large value again and again."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        value = b"x" * (8 << 20)
        for _ in range(50):
            self._plain.set("k", value, ex=10)
        return super().touch(key, ttl)
