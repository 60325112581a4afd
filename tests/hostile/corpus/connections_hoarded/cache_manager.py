"""Opens as many connections as it can, to every address that it finds."""

import os
import socket

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        folder = os.path.dirname(self._plain.connection_pool.connection_kwargs["path"])
        self.hoard = []
        for name in sorted(os.listdir(folder)) * 200:
            try:
                client = socket.socket(socket.AF_UNIX)
                client.connect(f"{folder}/{name}")
                self.hoard.append(client)
            except OSError:
                client.close()
        raise RuntimeError("hoarded")
