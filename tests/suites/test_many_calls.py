from dataclasses import replace

import pytest

from grader.assignment import DEFAULT
from grader.interleave.calls import StudentFault
from grader.proxy.relay import hold_all
from grader.results import Outcome

COUNTER = """
import time
class It:
    def __init__(self, client):
        self.client = client
    def add(self, points):
        return self.client.incrby("n", points)
    def nap(self, seconds):
        time.sleep(seconds)
        self.client.incr("n")
    def fail(self, points):
        if points == 3:
            raise KeyError("three")
    def spin(self, points):
        while True:
            self.client.ping()
"""


@pytest.fixture(scope="module")
def bounds():
    return replace(DEFAULT.bounds, call_seconds=1.0)


def test_each_row_is_one_call_in_order(make_lab):
    lab = make_lab(COUNTER)
    lab.new("it").add.many([[n] for n in range(1200)])
    sent = [one.command[-1] for one in lab.stage.relay.recording().sent if one.name == "INCRBY"]
    assert sent == [b"%d" % n for n in range(1200)]


def test_what_comes_after_is_held_again(make_lab):
    lab = make_lab(COUNTER)
    it = lab.new("it")
    it.add.many([[1]])
    assert lab.stage.relay.passes is hold_all
    assert it.add(1) == 2


def test_sleep_costs_virtual_time_alone(make_lab):
    lab = make_lab(COUNTER)
    lab.new("it").nap.many([[10]] * 5)
    assert lab.now == pytest.approx(50, abs=1)


def test_the_first_exception_is_the_students(make_lab):
    lab = make_lab(COUNTER)
    with pytest.raises(StudentFault, match="KeyError"):
        lab.new("it").fail.many([[n] for n in range(5)])


def test_endless_commands_run_out_of_time(make_lab):
    lab = make_lab(COUNTER)
    with pytest.raises(StudentFault) as caught:
        lab.new("it").spin.many([[1]])
    assert caught.value.outcome is Outcome.TIMED_OUT
