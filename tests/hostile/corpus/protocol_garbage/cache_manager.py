"""Speaks no RESP on its connection."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        connection = self._plain.connection_pool.get_connection()
        connection.send_packed_command([b"\x00\xff\r\n*-5\r\n$999999999\r\n" + bytes(4096)])
        connection.read_response()
        return super().touch(key, ttl)
