"""Goes on writing answers after it has returned."""

import os
import struct
import threading
import time


class CacheManager:
    def __init__(self, client, namespace="cache", default_ttl=300):
        self.client = client

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.attack

    def attack(self, *args, **options):
        def later():
            for _ in range(50):
                time.sleep(0.01)
                for descriptor in range(3, 64):
                    try:
                        os.write(descriptor, struct.pack("!I", 24) + b'{"id":"0","value":true}  ')
                    except OSError:
                        pass

        threading.Thread(target=later, daemon=True).start()
        return None
