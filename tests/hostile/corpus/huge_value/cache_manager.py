"""Sends a value beyond every bound."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        self._plain.set("huge", b"x" * (80 << 20), ex=60)
        return super().touch(key, ttl)
