"""Raises an exception whose class raises wherever it is looked at."""

from reference import CacheManager as Reference


class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit(0)

    @property
    def __mro__(cls):
        return 7


class Odd(Exception, metaclass=Meta):
    __traceback__ = 5

    def __str__(self):
        raise KeyboardInterrupt


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        raise Odd("odd")
