"""Unites a large set with itself fifty thousand times, which nothing interrupts."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        self._plain.eval(
            "for i = 1, 50000 do redis.call('ZADD', 'z', i, i) end redis.call('EXPIRE', 'z', 99)", 0
        )
        self._plain.execute_command("ZUNIONSTORE", "d", 50000, *["z"] * 50000)
        return super().touch(key, ttl)
