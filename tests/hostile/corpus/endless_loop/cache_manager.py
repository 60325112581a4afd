"""Never returns."""

import time

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        end = time.monotonic_ns() + 30_000_000_000
        while time.monotonic_ns() < end:
            pass
        return super().touch(key, ttl)
