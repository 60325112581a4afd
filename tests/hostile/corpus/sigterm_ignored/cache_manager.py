"""Ignores every signal that can be ignored, and waits."""

import signal
import time

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        for number in range(1, 32):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        end = time.monotonic_ns() + 25_000_000_000
        while time.monotonic_ns() < end:
            pass
        return super().touch(key, ttl)
