"""Answers with 64 MiB."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        return "x" * (64 << 20)
        return super().touch(key, ttl)
