"""Kills the grader's connections."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        self._plain.client_kill_filter(skipme=True, _type="normal")
        return super().touch(key, ttl)
