"""Answers with a list that holds itself."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        value = []
        value.append(value)
        return value
        return super().touch(key, ttl)
