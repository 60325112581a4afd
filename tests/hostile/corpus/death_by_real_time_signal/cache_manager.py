"""Ends itself by a signal that has no name."""

import os

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        os.kill(os.getpid(), 40)
        return super().touch(key, ttl)
