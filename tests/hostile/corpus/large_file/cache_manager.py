"""Writes one file larger than it may."""

import os
import tempfile

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        with open(os.path.join(tempfile.gettempdir(), "large"), "wb") as file:
            for _ in range(40):
                file.write(bytes(1 << 20))
        return super().touch(key, ttl)
