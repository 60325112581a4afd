"""A caller whom nobody can come in between goes on without being held, and all is counted as ever."""

import pytest

from grader.assignment import Exercise
from grader.interleave.calls import Call, Compute
from grader.suites.lab import Lab
from grader.suites.subject import Subject

STUDENT = """
import threading, time

class It:
    def __init__(self, client): self.client = client
    def set_and_get(self):
        self.client.set("k", "v")
        return self.client.get("k")
    def one_large_batch(self):
        pipe = self.client.pipeline(transaction=False)
        for n in range(400):
            pipe.set(f"k{n}", "v" * 100)
            if n % 100 == 50: pipe.set("large", "v" * 20_000)
        return len(pipe.execute())
    def sleep(self, seconds):
        self.client.set("before", 1)
        time.sleep(seconds)
        return self.client.get("before")
    def blocked(self): return self.client.blpop("nothing", timeout=3)
    def compute(self, compute): return [self.client.incr("n"), compute(), self.client.incr("n")]
    def poll(self, seconds):
        end, n = time.monotonic() + seconds, 0
        while time.monotonic() < end: n = self.client.incr("polls")
        return n
    def wait_for(self, key, pause):
        looks = 0
        while not self.client.exists(key):
            looks += 1
            self.client.set(f"looked {looks}", 1)
            time.sleep(pause)
        return looks
    def sleep_and_set(self, seconds, key):
        time.sleep(seconds)
        self.client.set(key, 1)
    def wait_aside(self, seconds):
        threading.Thread(target=time.sleep, args=(seconds,), daemon=True).start()
    def threads(self):
        threads = [threading.Thread(target=self.set_and_get) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        return self.client.get("k")
"""


@pytest.fixture
def it(make_lab):
    lab = make_lab(STUDENT)
    it = lab.new("it")
    it.lab = lab
    return it


@pytest.fixture
def held(it, monkeypatch):
    """How many moves were chosen: what was sent without being held is not among them."""
    moves = []
    make_move = it.lab.stage.make_move
    monkeypatch.setattr(it.lab.stage, "make_move", lambda move: moves.append(move) or make_move(move))
    return moves


def sent_in(lab, call):
    before = lab.stage.relay.last_number
    lab.stage.call(lab.stage.actors["A"], Call(call, (), {}, "it"))
    return lab.stage.relay.recording().since(before)


def test_what_a_lonely_caller_sends_is_recorded_and_not_held(it, held):
    it.set_and_get()
    recording = sent_in(it.lab, "set_and_get")
    assert [sent.name for sent in recording.sent] == ["SET", "GET"]
    assert recording.round_trips == 2
    assert held == []


def test_where_round_trips_are_counted_everything_is_held(it, held):
    it.set_and_get()
    with it.lab.traffic() as traffic:
        assert it.set_and_get() == "v"
    assert traffic.round_trips == len(held) == 2
    it.one_large_batch()
    for _ in range(10):
        with it.lab.traffic() as traffic:
            assert it.one_large_batch() == 404
        assert traffic.round_trips == 1


def test_a_batch_that_comes_in_parts_is_held_until_it_is_whole(it, held):
    it.set_and_get()
    assert [sent_in(it.lab, "one_large_batch").round_trips for _ in range(10)] == [1] * 10
    assert len(held) == 10


def test_who_waits_for_the_clock_is_not_alone(it):
    assert it.sleep(5) == "1"
    assert it.lab.now == pytest.approx(5)
    assert it.blocked() is None
    assert it.lab.now == pytest.approx(8)


def test_who_waits_for_the_clock_is_woken_after_centuries_too(it):
    for _ in range(3):
        it.lab.advance(90 * 365 * 86_400)
    began = it.lab.now
    assert it.sleep(5) == "1"
    assert it.lab.now - began == pytest.approx(5)


def test_many_short_calls_are_no_polling_though_somebody_waits_aside(it):
    it.wait_aside(60)
    for _ in range(40):
        it.set_and_get()
    assert it.lab.now == 0


def test_a_callback_is_answered(it):
    assert it.compute(Compute("value", takes=2)) == [1, "value", 2]
    assert it.lab.now == pytest.approx(2)


def test_polling_without_a_pause_costs_time(it):
    assert it.poll(2) > 10
    assert it.lab.now < 10


def test_threads_are_held(it, held):
    assert it.threads() == "v"
    assert held


def test_beside_another_everything_is_held(it, held):
    lab = it.lab
    other = lab.new("other", actor=lab.enter())
    pending = other.sleep.begin(5)
    lab.idle()
    held.clear()
    assert it.set_and_get() == "v"
    assert len(held) == 2
    lab.advance(6)
    assert pending.value() == "1"


def test_who_is_alone_in_going_on_while_time_passes_is_not_held(it, held):
    lab = it.lab
    other = lab.new("other", actor=lab.enter())
    other.set_and_get()
    slow = other.sleep_and_set.begin(5, "done")
    lab.idle()
    waits = it.wait_for.begin("done", 0.5)
    held.clear()
    lab.advance(6)
    assert slow.done
    assert waits.value() in {10, 11}  # the two come to 5 s together, in one order each time
    assert len(held) <= 2
    assert [sent.name for sent in lab.stage.relay.recording().of("A").sent].count("EXISTS") >= 11


def test_two_who_go_on_at_one_moment_are_held(it, held):
    lab = it.lab
    other = lab.new("other", actor=lab.enter())
    calls = [one.set_and_get.begin() for one in (it, other)]
    lab.advance(1)
    assert [call.value() for call in calls] == ["v", "v"]
    assert len(held) >= 2


def test_a_trace_misses_nothing(it, held):
    with it.lab.trace() as trace:
        it.lab.stage.call(it.actor, Call("set_and_get", (), {}, "it"))
    assert [step.kind for step in trace.steps()].count("sends") == 2
    assert len(held) == 2


def test_each_actor_of_a_process_has_the_module_afresh(theatre):
    (theatre.submission / "counting.py").write_text(
        "import counted\n"
        "class It:\n"
        "    def __init__(self, client): pass\n"
        "    def count(self): counted.times.append(1); return len(counted.times)\n"
    )
    (theatre.submission / "counted.py").write_text("times = []\n")
    exercise, pids = Exercise("counting", "Counting", "It", 10), []
    # On a busy machine a process may come to rest too late to be kept.
    while len(set(pids)) == len(pids) < 50:
        with theatre.rig.stage(1) as stage:
            lab = Lab(stage, Subject(exercise, "counting.py"), 1, 1)
            it = lab.new("it")
            assert [it.count(), it.count()] == [1, 2]
            pids.append(it.actor.process.pid)
            stage.expect_quiet()
            stage.over = True
    assert len(set(pids)) < len(pids)  # one process was two of them
