"""Reads where there is no memory."""

import ctypes

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        ctypes.string_at(0)
        return super().touch(key, ttl)
