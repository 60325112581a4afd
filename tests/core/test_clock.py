"""The server's expiries follow the virtual clock, however much real time goes by."""

import time

import pytest

from grader.clock import LAG_MS, NANOSECONDS

STUDENT = """
class It:
    def __init__(self, client): self.client = client
    def do(self, *words): return self.client.execute_command(*words)
    def fill(self, count):
        pipe = self.client.pipeline(transaction=False)
        for n in range(count): pipe.set(f"k{n}", n, ex=100)
        pipe.execute()
    def fields(self, count):
        pipe = self.client.pipeline(transaction=False)
        for n in range(count): pipe.hset("h", f"f{n}", n)
        pipe.execute()
        self.client.execute_command("HEXPIRE", "h", 100, "FIELDS", count, *[f"f{n}" for n in range(count)])
"""


@pytest.fixture
def lab(make_lab):
    lab = make_lab(STUDENT)
    lab.it = lab.new("it")
    return lab


@pytest.fixture
def swamped(theatre, monkeypatch):
    """Lets real time go by, as on a machine that does other things; the server's own goes with it."""
    real = time.monotonic_ns
    gone = [0]
    monkeypatch.setattr("grader.clock.time.monotonic_ns", lambda: real() + gone[0])

    def pass_by(seconds):
        # The server's clock can't be moved, so its expiries are, as if that much had gone by.
        gone[0] += int(seconds * NANOSECONDS)
        admin = theatre.rig.admin
        for key in admin.ask("KEYS", "*"):
            at = admin.ask("PEXPIRETIME", key)
            admin.ask("PEXPIREAT", key, at - int(seconds * 1000))

    return pass_by


def ttl_of(lab, key):
    found = lab.keys()
    return next(state.ttl for state in found if state.key == key)


def test_many_keys_and_fields_are_moved_in_one_go(lab):
    lab.it.fill(1500)
    lab.it.fields(1500)
    lab.advance(98)
    found = lab.keys()
    assert len(found) == 1501
    lab.advance(4)
    assert lab.keys() == []


def test_keys_without_an_expiry_stay(lab):
    lab.it.do("SET", "k", 1)
    lab.it.do("HSET", "h", "f", 1)
    lab.advance(10**7)
    found = lab.keys()
    assert {state.key: state.ttl for state in found} == {"k": None, "h": None}


def test_what_is_pending_in_a_stream_waits_in_virtual_time(lab):
    for words in (
        ("XGROUP", "CREATE", "s", "readers", "$", "MKSTREAM"),
        ("XADD", "s", "*", "job", "1"),
        ("XREADGROUP", "GROUP", "readers", "ann", "STREAMS", "s", ">"),
    ):
        lab.it.do(*words)
    claim = ("XAUTOCLAIM", "s", "readers", "bob", 9_000, "0")
    lab.advance(8)
    assert lab.it.do(*claim)[1] == []
    lab.advance(2)
    assert len(lab.it.do(*claim)[1]) == 1
    ((_, owner, idle, times),) = lab.stage.kit.admin.ask("XPENDING", "s", "readers", "-", "+", 9)
    assert (owner, times) == (b"bob", 2)
    assert idle < 1_000


def test_expiries_in_another_database_are_moved_too(lab):
    lab.it.do("EVAL", "redis.call('SELECT', 3) return redis.call('SET', 'lock', 1, 'EX', 9)", 0)
    look = ("EVAL", "redis.call('SELECT', 3) return redis.call('EXISTS', 'lock')", 0)
    lab.advance(8)
    assert lab.it.do(*look) == 1
    lab.advance(2)
    assert lab.it.do(*look) == 0


def test_real_time_that_goes_by_takes_nothing_from_a_key(lab, swamped):
    lab.it.do("SET", "k", 1, "EX", 100)
    swamped(30)
    assert abs(ttl_of(lab, "k") - 100) < 1
    assert lab.it.do("TTL", "k") in {99, 100}


def test_a_command_after_much_real_time_counts_from_its_own_moment(lab, swamped):
    lab.it.do("SET", "before", 1, "EX", 100)
    swamped(10 * LAG_MS / 1000)
    assert lab.stage.clock.offset_ms() < -LAG_MS
    lab.it.do("SET", "after", 1, "EX", 100)
    assert abs(ttl_of(lab, "after") - 100) < 0.5
    assert abs(ttl_of(lab, "before") - 100) < 0.5


def test_time_never_goes_backwards(lab):
    lab.advance(10)
    lab.stage.clock.move_to(5 * NANOSECONDS)
    assert lab.now == 10


def test_a_new_check_begins_at_0(theatre, lab):
    lab.advance(100)
    theatre.rig.clock.begin(theatre.rig.admin)
    assert theatre.rig.clock.now == 0
