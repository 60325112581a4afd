"""Runs a script without an end that can't be killed, for it has written."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        self._plain.eval("redis.call('SET', 'x', '1', 'EX', 9) while true do end", 0)
        return super().touch(key, ttl)
