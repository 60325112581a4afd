"""The hints about get_or_compute name the mistake that the steps show."""

import pytest

from grader.proxy.recording import Recording, Sent
from grader.results import Step, StepKind
from grader.suites import cache_hints as hints

GET, TAKE = "GET entry", "SET lock token NX EX 9"
WORDS = {
    "gets": f"{GET}",
    "takes": f"{TAKE} > OK",
    "misses": f"{TAKE} > (nil)",
    "frees": "EVAL script 1 lock token > 1",
    "claims": "FCALL claim 1 lock > 1",
    "stores": 'SET entry "by caller" EX 300 > OK',
    "computes": "compute()",
}


def steps(rows):
    """Steps of callers: ``A gets, A takes, 0.5 s``."""
    found = []
    for row in rows.split(", "):
        actor, _, word = row.partition(" ")
        text, _, reply = WORDS.get(word, row).partition(" > ")
        kind = (
            StepKind.COMPUTES if word == "computes" else StepKind.SENDS if word in WORDS else StepKind.CLOCK
        )
        found.append(Step(actor, kind, text, reply))
    return found


@pytest.mark.parametrize(
    ("rows", "hint"),
    [
        ("A computes, B computes, A stores, B stores", hints.LOOK_FIRST),
        ("A gets, A computes, B gets, B computes, A stores", hints.NO_LOCK),
        ("A gets, A takes, B gets, B misses, B computes, A computes, A stores", hints.LOST),
        (
            "A gets, B gets, B takes, B computes, B stores, B frees, A takes, A computes, A stores",
            hints.LOOK_AGAIN,
        ),
        ("A takes, A computes, A frees, B takes, B computes, B stores, A stores", hints.STORE_FIRST),
        ("A claims, A computes, B claims, B computes", hints.DECIDED),
        ("A takes, A computes", hints.DECIDED),
    ],
)
def test_why_several_computed(rows, hint):
    assert hints.why_several(steps(rows), "by caller") == hint


def test_the_seconds_before_anybody_computed():
    rows = "A gets, 0.5 s, 0.25 s, A computes, 3 s"
    assert hints.seconds_before_computing(steps(rows)) == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("seen", "right", "hint"),
    [
        (["x", '"x"'], ["x", "x"], hints.JSON_TEXT),
        (["null"], [None], hints.JSON_TEXT),
        (["x", None], ["x", "x"], hints.GOES_ON),
        ([f"TimeoutError: late{hints.RAISED}"], ["x"], hints.ERROR),
        (["y", '"x"'], ["x", "x"], "else"),
        (["x"], ["x"], "else"),
    ],
)
def test_why_a_value_is_wrong(seen, right, hint):
    assert hints.why_value(seen, right, "else") == hint


def recording(*commands):
    return Recording(
        tuple(
            Sent(number, "C", 1, number, tuple(text.encode().split()), 0.0, reply, answered=True)
            for number, (text, reply) in enumerate(commands, 1)
        )
    )


@pytest.mark.parametrize(
    ("commands", "hint"),
    [
        ([("DEL entry", 1), (GET, None), ("SET entry third EX 300", "OK")], hints.NO_LOCK),
        ([("DEL entry", 1), (GET, None), (TAKE, None)], hints.LOST),
        ([("DEL entry lock", 2), (GET, None), (TAKE, "OK")], hints.ENTRY_ALONE),
        ([("DEL entry", 1), (GET, None), (TAKE, "OK")], hints.RELEASED),
    ],
    ids=["no lock", "lock not got", "delete frees it", "released"],
)
def test_why_a_third_caller_computed(commands, hint):
    assert hints.why_third(recording(*commands), 1, "third")[1] == hint


def test_who_waits_for_a_message_is_told_to_look():
    assert hints.why_late(recording((GET, None))) == hints.LOOKS
    assert hints.why_late(recording(("BLPOP bell 4", None))) == hints.WOKEN
    assert hints.why_late(recording(), [Step("B", StepKind.SENDS, "SUBSCRIBE channel")]) == hints.WOKEN
