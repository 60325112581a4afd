"""Empties the database from a script."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        self._plain.eval("return redis.call('FLUSHDB')", 0)
        return super().touch(key, ttl)
