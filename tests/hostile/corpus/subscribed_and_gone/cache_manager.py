"""Turns its connection into a listener."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        self._plain.execute_command("SUBSCRIBE", "x")
        return super().touch(key, ttl)
