"""Keeps memory that counts for no process: System V's, and files in memory."""

import ctypes
import os

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        libc = ctypes.CDLL(None, use_errno=True)
        number = libc.shmget(0, 4096, 0o1600)
        if number >= 0:
            libc.shmctl(number, 0, None)
        held = []
        try:
            for _ in range(4):
                held.append(os.memfd_create("x"))
                os.write(held[-1], bytes(1 << 20))
        except OSError:
            pass
        raise RuntimeError("taken")
