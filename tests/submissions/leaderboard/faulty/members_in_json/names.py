"""Names as JSON."""

import json


def encode(name):
    """The name in quotes; an empty one raises ValueError."""
    if not name:
        raise ValueError("names must not be empty")
    return json.dumps(name, ensure_ascii=False)


def decode(code):
    """The name that ``encode`` was given."""
    return json.loads(code)
