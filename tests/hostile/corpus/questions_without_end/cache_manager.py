"""Asks to be woken, a hundred thousand times."""

import gc
import struct
import sys

from reference import CacheManager as Reference


def send(owner, text):
    for thing in gc.get_objects():
        if type(thing).__name__ == owner:
            channel = thing.__dict__.get("_calls") or thing.__dict__["_channel"]
            channel._socket.sendall(struct.pack("!I", len(text)) + text.encode())


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        for number in range(100_000):
            send("Side", f'{{"ask":{number + 1000},"until":1000000000000000000}}')
            if number > 2000 and not number % 100:
                raise RuntimeError("still here")
