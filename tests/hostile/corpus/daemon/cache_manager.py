"""Leaves a process behind, in a session of its own."""

import os
import time

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(25)
            os._exit(0)
        raise RuntimeError("left one behind")
        return super().touch(key, ttl)
