"""Signatures: what they cover, what they survive, and who can make one."""

import json

import pytest

from grader.errors import UsageError
from grader.signing import SIGNING_KEY, VERIFY_KEY, Verdict, new_keys, sign, verify

PRIVATE, PUBLIC = new_keys()
INSTRUCTOR = {SIGNING_KEY: PRIVATE}
ASSISTANT = {VERIFY_KEY: PUBLIC}
RESULTS = {"format_version": 1, "score": 40.0, "seen": "é\ud83d\ude00", "exercises": [{"score": 1.5}]}
PLAIN = json.dumps(RESULTS).encode()
SIGNED = sign(PLAIN, INSTRUCTOR)


def test_what_was_signed_verifies_with_the_public_key_alone():
    assert verify(SIGNED, ASSISTANT) is Verdict.SIGNED
    assert verify(SIGNED, INSTRUCTOR) is Verdict.SIGNED


def test_plain_results_are_unsigned():
    assert verify(PLAIN, ASSISTANT) is Verdict.UNSIGNED


@pytest.mark.parametrize(
    "change",
    [
        lambda results: results | {"score": 41},
        lambda results: results | {"added": 1},
        lambda results: {name: value for name, value in results.items() if name != "seen"},
        lambda results: results | {"exercises": [{"score": 1.25}]},
        lambda results: results | {"exercises": []},
        lambda results: results | {"signature": {}},
        lambda results: results | {"signature": "signed"},
        lambda results: results | {"signature": results["signature"] | {"value": "AAAA"}},
    ],
    ids=["score", "more", "less", "deep", "empty", "no value", "no object", "short"],
)
def test_any_change_is_seen(change):
    changed = json.dumps(change(json.loads(SIGNED))).encode()
    assert verify(changed, ASSISTANT) is Verdict.WRONG


def test_another_layout_of_the_same_results_still_verifies():
    document = json.loads(SIGNED)
    turned = json.dumps(dict(reversed(document.items())), ensure_ascii=True).encode()
    assert verify(turned.replace(b"40.0", b"40"), ASSISTANT) is Verdict.SIGNED


def test_a_student_with_a_key_of_their_own_forges_nothing():
    private, _ = new_keys()
    forged = sign(json.dumps(RESULTS | {"score": 100}).encode(), {SIGNING_KEY: private})
    assert verify(forged, ASSISTANT) is Verdict.WRONG


def test_signing_again_replaces_the_signature():
    assert sign(SIGNED, INSTRUCTOR) == SIGNED


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format_version": 1, "score": 1, "score": 2}',
        b'{"format_version": NaN}',
        b"\xff",
        b"[" * 100_000,
    ],
    ids=["empty", "list", "other", "twice", "nan", "bytes", "deep"],
)
def test_text_that_could_be_read_in_two_ways_is_refused(text):
    with pytest.raises(UsageError):
        verify(text, ASSISTANT)


@pytest.mark.parametrize("key", ["", "not base64", "AAAA"])
def test_a_bad_key_is_said_to_be_bad_without_showing_it(key):
    with pytest.raises(UsageError) as caught:
        sign(PLAIN, {SIGNING_KEY: key})
    assert SIGNING_KEY in str(caught.value)
    assert not key or key not in str(caught.value)


def test_there_is_no_verdict_without_a_key():
    with pytest.raises(UsageError, match=VERIFY_KEY):
        verify(SIGNED, {})
