"""Hangs, and writes its own stack, with impossible files and lines."""

import os
import signal
import time

from reference import CacheManager as Reference

PLACE = b'File "/box/submission/'
STACK = PLACE + b'a\0b", line 1 in x\n' + PLACE + b'a.py", line ' + b"9" * 5000 + b" in x\n"


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        def forge(*_):
            for descriptor in range(3, 20):
                try:
                    os.set_blocking(descriptor, False)
                    os.write(descriptor, STACK)
                except OSError:
                    pass

        signal.signal(signal.SIGUSR1, forge)
        end = time.process_time() + 20
        while time.process_time() < end:
            pass
        return super().touch(key, ttl)
