"""Opens files until it may not."""

import os

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        held = [open(os.devnull) for _ in range(2000)]
        assert held
        return super().touch(key, ttl)
