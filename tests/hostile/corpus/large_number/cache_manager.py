"""Answers with a number of a million digits."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        return 1 << 4_000_000
        return super().touch(key, ttl)
