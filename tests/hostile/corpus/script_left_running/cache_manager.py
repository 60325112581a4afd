"""Starts an endless script that has written, and returns."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        script = b"redis.call('SET', 'k', 1) while true do end"
        self.connection = self._plain.connection_pool.get_connection()
        self.connection.send_command("EVAL", script, 0)
        return None
