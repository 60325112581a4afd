"""Lets a child answer while the parent waits."""

import os
import time


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        self.client = client

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.attack

    def attack(self, *args, **options):
        if os.fork():
            time.sleep(20)
        return True
