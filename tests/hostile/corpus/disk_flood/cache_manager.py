"""Fills its scratch folder."""

import os
import tempfile

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        for number in range(40):
            with open(os.path.join(tempfile.gettempdir(), f"flood{number}"), "wb") as file:
                file.write(bytes(1 << 20))
        return super().touch(key, ttl)
