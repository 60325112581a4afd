"""Keeps the data in its own process and not on the server."""

DATA = {}


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        self.data = DATA.setdefault(namespace, {})

    def set(self, key, value, ttl=None):
        self.data[key] = value

    def get(self, key, default=None):
        return self.data.get(key, default)

    def delete(self, key):
        return self.data.pop(key, None) is not None

    def exists(self, key):
        return key in self.data
