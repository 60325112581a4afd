"""Takes all the memory it can with forty processes, each of which stays below its own limit."""

import os
import signal
import time

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        for _ in range(40):
            try:
                if os.fork() == 0:
                    signal.alarm(8)
                    held = bytearray(b"x") * (400 << 20)
                    time.sleep(8 + len(held) * 0)
                    os._exit(0)
            except OSError:
                pass
        end = time.monotonic() + 2
        while time.monotonic() < end:
            pass
        return super().touch(key, ttl)
