"""Answers with an iterator that never ends."""

import itertools

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        return itertools.count()
        return super().touch(key, ttl)
