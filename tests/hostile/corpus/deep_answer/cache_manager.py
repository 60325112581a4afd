"""Answers with a list in a list in a list."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        value = []
        for _ in range(5000):
            value = [value]
        return value
        return super().touch(key, ttl)
