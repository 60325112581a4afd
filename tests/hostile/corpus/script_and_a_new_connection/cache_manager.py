"""Connects while an endless script runs."""

import socket
import threading
import time

from reference import CacheManager as Reference


def real_seconds():
    return time.process_time()


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        threading.Thread(target=self._plain.eval, args=("while true do end", 0), daemon=True).start()
        time.sleep(0.05)
        path = self._plain.connection_pool.connection_kwargs["path"]
        self.hoard = []
        end = real_seconds() + 2
        while real_seconds() < end:
            self.hoard.append(socket.socket(socket.AF_UNIX))
            self.hoard[-1].connect(path)
            pause = real_seconds() + 0.1
            while real_seconds() < pause:
                pass
        raise RuntimeError("connected")
