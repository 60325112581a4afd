"""Answers by hand, with an error in a file that can't be, and a million lines of traceback."""

import gc
import os
import struct
import sys

from reference import CacheManager as Reference


def open_request():
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["request"]["id"]


def send(owner, text):
    for thing in gc.get_objects():
        if type(thing).__name__ == owner:
            channel = thing.__dict__.get("_calls") or thing.__dict__["_channel"]
            channel._socket.sendall(struct.pack("!I", len(text)) + text.encode())


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        frames = ",".join(['["a\\u0000b.py",1,"f"]', f'["{"y" * 5000}.py",1,"f"]'] * 1_000)
        error = f'{{"type":"T","message":"{"m" * 1_000_000}","bases":[],"frames":[{frames}]}}'
        send("Actor", f'{{"id":"{open_request()}","error":{error}}}')
        os._exit(0)
