"""Stops its own process."""

import os
import signal

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        os.kill(os.getpid(), signal.SIGSTOP)
        return super().touch(key, ttl)
