"""Starts threads until it may not."""

import threading
import time

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        for _ in range(500):
            threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        return super().touch(key, ttl)
