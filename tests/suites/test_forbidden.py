"""What no module may call: what changes or empties the server, and not what only asks."""

import pytest

from grader.suites.forbidden import WHY, all_forbidden, forbidden


@pytest.mark.parametrize("words", ["keys *", "FLUSHALL", "flushdb async", "config set a b", "ACL SETUSER a"])
def test_it_is_known_by_its_name(words):
    assert forbidden(tuple(words.encode().split())) in WHY


@pytest.mark.parametrize(
    "words", ["GET keys", "CONFIG GET maxmemory", "ACL WHOAMI", "SCAN 0", "SET config set"]
)
def test_what_only_asks_is_allowed(words):
    assert forbidden(tuple(words.encode().split())) == ""


def test_each_is_named_once():
    assert all_forbidden([(b"keys", b"*"), (b"GET", b"k"), (b"KEYS", b"a"), (b"FLUSHDB",)]) == [
        "FLUSHDB",
        "KEYS",
    ]
