import pytest

from grader.interleave.calls import Call
from grader.suites.board_lapse import lapse_everywhere
from grader.suites.expect import CheckFailedError

SOURCE = """
class It:
    def __init__(self, client):
        self.client = client
    def fill(self):
        self.client.set("a", 1, ex=10)
    def three(self):
        self.client.get("a")
        pipe = self.client.pipeline(transaction=True)
        pipe.get("a")
        pipe.exists("a")
        pipe.execute()
        return self.client.get("a")
    def careless(self):
        if self.client.exists("a"):
            self.client.append("a", "x")
"""


def prepared(lab):
    actor = lab.enter()

    def prepare():
        it = lab.new("it", actor=actor)
        it.fill()
        return it

    return prepare


def test_every_step_is_followed_by_the_end_once(make_lab):
    lab = make_lab(SOURCE)
    answers = []
    lapse_everywhere(
        lab, prepared(lab), Call("three", on="it"), lambda answer: answers.append(answer.value) or "", 11
    )
    assert answers == [None, None, "1"]


def test_what_was_seen_before_the_end_is_found(make_lab):
    lab = make_lab(SOURCE)

    def judge(_answer):
        keys = lab.keys()
        return "A key is left." if any(state.ttl is None for state in keys) else ""

    with pytest.raises(CheckFailedError) as caught:
        lapse_everywhere(lab, prepared(lab), Call("careless", on="it"), judge, 11)
    assert caught.value.message == "A key is left."
    assert [step.kind for step in lab.schedule.steps if step.kind in {"sends", "clock"}] == [
        "sends",
        "clock",
        "sends",
    ]
