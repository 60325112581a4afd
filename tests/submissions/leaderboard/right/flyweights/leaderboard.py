"""A metaclass keeps one object for each client and board; methods are found by __getattr__, in a weak table."""

import functools, inspect, threading, weakref
from boardbase import Base
import boardbase


class Meta(type):
    _all = weakref.WeakValueDictionary()
    _guard = threading.RLock()

    def __call__(cls, client, name, ttl=None):
        with cls._guard:
            key = (id(client), name, ttl)
            one = cls._all.get(key)
            if one is None or one.inner.r is not client:
                one = super().__call__(client, name, ttl)
                cls._all[key] = one
            return one


class Leaderboard(metaclass=Meta):
    __slots__ = ("inner", "__weakref__")

    def __init__(self, client, name, ttl):
        self.inner = Base(client, name, ttl)

    def __getattr__(self, name):
        method = getattr(self.inner, name)
        signature = inspect.signature(method)

        @functools.wraps(method)
        def call(*args, **kwargs):
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            return method(*bound.args, **bound.kwargs)

        return call

    def __del__(self):
        self.inner = None
