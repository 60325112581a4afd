"""What a caller may hand in."""

import re


def check_namespace(namespace):
    if re.fullmatch("[A-Za-z0-9_-]+", namespace) is None:
        raise ValueError(f"bad namespace {namespace!r}")
    return namespace


def check_key(key):
    if key == "":
        raise ValueError("bad key ''")
    return key


def check_ttl(ttl):
    if not isinstance(ttl, int) or ttl < 1:
        raise ValueError(f"bad ttl {ttl!r}")
    return ttl
