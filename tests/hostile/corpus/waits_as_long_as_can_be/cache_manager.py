"""Waits twice for the longest time that there is."""

import threading

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        for _ in range(2):
            threading.Event().wait(threading.TIMEOUT_MAX)
        return super().touch(key, ttl)
