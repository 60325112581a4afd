"""Leaves a process behind that prints for as long as it is let."""

import os
import time

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        if os.fork() == 0:
            end = time.process_time() + 10
            while time.process_time() < end:
                os.write(1, b"x" * 65536)
            os._exit(0)
        raise RuntimeError("left one behind")
