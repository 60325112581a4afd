"""A caller is killed after each of its commands, in the middle of a pipeline too."""

import pytest

from grader.interleave.calls import Call
from grader.suites.expect import CheckFailedError

STUDENT = """
class It:
    def __init__(self, client): self.client = client

    def apart(self):
        self.client.set("a", 1)
        self.client.set("b", 1)
        return self.client.set("c", 1)

    def piped(self):
        pipe = self.client.pipeline(transaction=False)
        pipe.set("a", 1); pipe.set("b", 1); pipe.set("c", 1)
        pipe.execute()

    def whole(self):
        pipe = self.client.pipeline(transaction=True)
        pipe.set("a", 1); pipe.set("b", 1); pipe.set("c", 1)
        pipe.execute()

    def word_by_word(self):
        with self.client.client() as one:
            for words in (["MULTI"], ["SET", "a", 1], ["EXEC"]): one.execute_command(*words)

    def script(self):
        self.client.eval("redis.call('SET', 'a', 1) redis.call('SET', 'b', 1) return 1", 0)

    def nothing(self): return 1
    def keys(self): return sorted(self.client.keys("*"))
    def without_expiry(self):
        self.client.set("k", 1)
        self.client.expire("k", 10)
"""


@pytest.fixture
def crash(make_lab, theatre):
    """What is left after each crash of a method."""
    lab = make_lab(STUDENT)

    def crash(method, judge=lambda _: ""):
        left = []

        def prepare():
            theatre.rig.admin.ask("FLUSHALL")
            victim = lab.new("it", actor=lab.enter())
            return victim, Call(method)

        def look():
            states = lab.keys()
            left.append(sorted(state.key for state in states))
            return judge(left[-1])

        lab.crash_in(prepare, look)
        return left, lab

    return crash


@pytest.mark.parametrize("method", ["apart", "piped"])
def test_after_each_command(crash, method):
    left, lab = crash(method)
    assert left[:3] == [["a"], ["a", "b"], ["a", "b", "c"]]
    assert left[3:] in ([], [["a", "b", "c"]])
    assert lab.schedules == len(left)


def test_a_transaction_is_one_step_for_without_its_end_it_is_discarded(crash):
    left, _ = crash("whole")
    assert left[0] == ["a", "b", "c"]
    assert len(left) <= 2


def test_a_transaction_that_is_sent_word_by_word_is_left_without_its_end(crash):
    left, _ = crash("word_by_word")
    assert left[:3] == [[], [], ["a"]]


def test_a_script_is_one_command(crash):
    left, _ = crash("script")
    assert left[0] == ["a", "b"]
    assert set(map(tuple, left)) == {("a", "b")}


def test_a_call_that_sends_nothing_is_tried_once(crash):
    assert crash("nothing")[0] == [[]]


def test_crashes_that_take_too_long_are_ended(crash, monkeypatch):
    monkeypatch.setattr("grader.interleave.crash.CRASH_SECONDS", 0.0001)
    left, lab = crash("apart")
    assert lab.schedules == len(left) == 1


def test_what_a_crash_leaves_wrong_is_shown(make_lab):
    lab = make_lab(STUDENT)

    def judge():
        states = lab.keys()
        return "A key was left without an expiry." if any(s.ttl is None for s in states) else ""

    with pytest.raises(CheckFailedError, match="without an expiry"):
        lab.crash_in(lambda: (lab.new("it"), Call("without_expiry")), judge)
    assert lab.crash.after_command == 1
    assert lab.crash.command == "SET k 1"
    assert [(state.key, state.ttl) for state in lab.crash.left] == [("k", None)]
    assert "dies" in {step.kind.value for step in lab.schedule.steps}
