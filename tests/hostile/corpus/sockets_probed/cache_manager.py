"""Connects to every unix socket it can find and talks nonsense."""

import glob
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
        for path in glob.glob("/box/sockets/*") + glob.glob(os.path.join(os.environ.get("TMPDIR", "."), "*")):
            try:
                with socket.socket(socket.AF_UNIX) as sock:
                    sock.settimeout(0.1)
                    sock.connect(path)
                    sock.sendall(b"*1\r\n$4\r\nPING\r\n" + bytes(64))
            except OSError:
                pass
        return None
