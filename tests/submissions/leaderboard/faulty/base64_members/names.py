"""Names in base64, which no separator can break."""

import base64


def encode(name):
    """The name as the base64 of its UTF-8 bytes; an empty one raises ValueError."""
    if not name:
        raise ValueError("names must not be empty")
    return base64.b64encode(name.encode("utf-8")).decode("ascii")


def decode(code):
    """The name that ``encode`` was given."""
    return base64.b64decode(code).decode("utf-8")
