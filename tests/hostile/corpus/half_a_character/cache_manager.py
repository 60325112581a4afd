"""Answers with an object whose repr is half a character."""

from reference import CacheManager as Reference


class Odd:
    def __repr__(self):
        return "\ud800" * 10


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        return Odd()
