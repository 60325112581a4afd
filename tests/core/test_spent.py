"""A busy machine's time is left out of what a run has taken."""

import time

import pytest

from grader import spent
from grader.spent import Spent


@pytest.fixture
def turns(tmp_path, monkeypatch):
    file = tmp_path / "schedstat"
    monkeypatch.setattr(spent, "TURNS", file)
    return lambda ran, waited: file.write_text(f"{ran * 10**9:.0f} {waited * 10**9:.0f} 7\n")


@pytest.fixture
def wait(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


def test_a_quarter_of_the_processor_makes_a_quarter_of_the_time(turns, wait):
    turns(5, 1)
    taken = Spent()
    wait(8)
    turns(6, 4)
    assert taken.seconds == pytest.approx(2)
    assert taken.passes(1.9)
    assert not taken.passes(2.1)


def test_who_only_waited_for_others_took_it_all(turns, wait):
    turns(5, 1)
    taken = Spent()
    wait(8)
    turns(5.001, 1.001)
    assert taken.seconds == pytest.approx(8)


def test_where_the_system_does_not_tell_it_is_real_time(wait):
    taken = Spent()
    wait(3)
    assert taken.seconds == pytest.approx(3)


def test_this_machine_tells():
    taken = Spent()
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert 0.15 < taken.seconds < 1
