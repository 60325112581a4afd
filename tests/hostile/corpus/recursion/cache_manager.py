"""Calls itself for ever."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        return self.touch(key, ttl)
        return super().touch(key, ttl)
