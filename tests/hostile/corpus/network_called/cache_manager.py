"""Calls home over loopback."""

import os
import socket


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        self.client = client

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.attack

    def attack(self, *args, **options):
        for port in range(40000, 40004):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).sendall(b"stolen")
            except OSError:
                pass
        return None
