"""Names as hexadecimal, which sorts as the bytes of the name do."""


def encode(name):
    """The name as the hex of its UTF-8 bytes; an empty one raises ValueError."""
    if not name:
        raise ValueError("names must not be empty")
    return name.encode("utf-8").hex()


def decode(code):
    """The name that ``encode`` was given."""
    return bytes.fromhex(code).decode("utf-8")
