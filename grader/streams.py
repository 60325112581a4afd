"""The process's streams as commands need them: each is there, and takes any text."""

import io
import os
import sys

STREAMS = (0, 1, 2)


def prepare() -> None:
    """What was closed before we began swallows all; letters that a stream hasn't are written as escapes."""
    for number in STREAMS:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    # The number stays open to the end: the stream in its place must not close it.
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def fall_silent() -> None:
    """Whoever read our output, such as head, has enough: what is buffered must not fail at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
