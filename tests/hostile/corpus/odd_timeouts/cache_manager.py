"""Blocks for odd times: not a number, less than nothing, for ever."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def __init__(self, client, *args, **options):
        super().__init__(client, *args, **options)
        self._plain = client

    def touch(self, key, ttl=None):
        for seconds in ("nan", "-1", "1e300", "inf", "999999999"):
            try:
                self._plain.execute_command("BLPOP", "k", seconds)
            except Exception as error:
                print(error)
        raise RuntimeError("odd")
