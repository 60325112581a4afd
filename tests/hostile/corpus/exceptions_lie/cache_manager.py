"""Raises an error whose text, type and traceback misbehave."""


class Nasty(Exception):
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__
    args = property(lambda self: 1 / 0)


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        self.client = client

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.attack

    def attack(self, *args, **options):
        raise Nasty()
