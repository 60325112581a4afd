"""Asks for the debugger of scripts, which takes the whole server."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        self._plain.execute_command("SCRIPT", "DEBUG", "SYNC")
        self._plain.eval("return 1", 0)
        return super().touch(key, ttl)
