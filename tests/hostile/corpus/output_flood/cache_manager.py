"""Prints 64 MiB."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        for _ in range(64):
            print("x" * (1 << 20))
        raise RuntimeError("flooded")
        return super().touch(key, ttl)
