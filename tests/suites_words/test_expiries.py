"""Why a key has no expiry, by what EXPIRE answered."""

import pytest

from grader.proxy.recording import Recording, Sent
from grader.suites.expiries import TOO_SOON, refusal


def sent(words, reply, batch=1):
    return Sent(1, "A", 1, batch, tuple(word.encode() for word in words.split()), 0.0, reply, answered=True)


def writes(name):
    return name not in {"TTL", "MULTI", "EXEC"}


def transaction(*commands, replies):
    queued = [sent(words, b"QUEUED") for words in commands]
    return (sent("MULTI", b"OK"), *queued, sent("EXEC", replies))


@pytest.mark.parametrize(
    ("commands", "why"),
    [
        ([sent("HSET k f 1", 1), sent("EXPIRE k 9", 1)], ""),
        ([sent("EXPIRE k 9", 0), sent("HSET k f 1", 1)], TOO_SOON),
        ([sent("EXPIRE k 9", 1), sent("EXPIRE other 9", 0)], ""),
        ([sent("EXPIRE k 9", 0), sent("TTL k", -1, batch=2)], TOO_SOON),
        ([sent("EXPIRE k 9", 0), sent("DEL k", 1, batch=2), sent("HSET k f 1", 1, batch=3)], ""),
        ([sent("HSET k f 1", 1)], ""),
        (transaction("EXPIRE k 9", "HSET k f 1", replies=[0, 1]), TOO_SOON),
        (transaction("HSET k f 1", "EXPIRE k 9", replies=[0, 1]), ""),
        (transaction("HSET k f 1", "EXPIRE k 9", replies=None), ""),
    ],
)
def test_an_expire_that_answered_0_set_nothing(commands, why):
    assert refusal(Recording(tuple(commands)), writes, "k") == why


def test_an_option_that_refused_is_named():
    assert "its option GT refused" in refusal(Recording((sent("PEXPIRE k 9 gt", 0),)), writes)
