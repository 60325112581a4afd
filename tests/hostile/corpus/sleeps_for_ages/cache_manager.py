"""Sleeps for thirty thousand years, which no clock can count."""

import time

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        time.sleep(1e12)
        return super().touch(key, ttl)
