"""The stage: threads together, callers that are killed or frozen, callbacks, and answers as data."""

import pytest

from grader.clock import NANOSECONDS
from grader.codec import to_json
from grader.interleave.calls import Call, Compute, Iterate, Raised, Returned, StudentFault, Unserializable
from grader.results import Outcome

STUDENT = """
import datetime, redis, threading, time

class Odd(Exception):
    def __str__(self): raise RuntimeError("no text")

class It:
    def __init__(self, client, name="x"):
        if name == "": raise ValueError("empty")
        self.client = client

    def add(self, n=1):
        now = int(self.client.get("n") or 0)
        self.client.set("n", now + n)
        return now + n

    def n(self): return int(self.client.get("n") or 0)
    def two_steps(self):
        self.client.set("first", 1)
        self.client.set("second", 1)
    def keys(self): return sorted(self.client.keys("*"))
    def compute(self, compute): return compute()
    def catch(self, compute):
        try: return compute()
        except BaseException as error: return [type(error).__name__, str(error)]
    def listed(self, items): return [type(items).__name__, list(items)]
    def name_of(self, value): return type(value).__name__
    def year_of(self, value): return value.year if isinstance(value, datetime.date) else None
    def give(self, value): return value
    def surrogate(self): raise ValueError("half \\ud800 a pair")
    def odd(self): raise Odd
    def ann(self): raise type("Änn", (Exception,), {})("x")
    def deep(self):
        value = []
        for _ in range(5000): value = [value]
        return value
    def large(self): return "x" * (17 << 20)
    def lock_and_work(self):
        if not self.client.set("lock", "a", nx=True, ex=10): return "taken"
        self.client.set("work", 1)
        return "worked"
    def try_lock(self): return bool(self.client.set("lock", "b", nx=True, ex=10))
    def sleep_and_set(self, seconds):
        time.sleep(seconds)
        self.client.set("done", 1)
    def spin(self):
        while not self.client.get("done"): pass
    def transact(self, times):
        self.client.set("lock", "a", ex=10)
        for n in range(times):
            with self.client.pipeline() as pipe:
                pipe.watch("lock")
                pipe.get("n")
                pipe.multi()
                pipe.set("n", n)
                pipe.execute()
    def watch_and_sleep(self, seconds, expiry=9):
        self.client.set("lock", "a", ex=expiry)
        with self.client.pipeline() as pipe:
            pipe.watch("lock", "other")
            time.sleep(seconds)
            pipe.multi()
            pipe.set("n", 1)
            try: return pipe.execute()
            except redis.WatchError: return "changed"
    def touch(self): return self.client.set("other", 1, ex=100)
    def bell_and_n(self, seconds):
        with self.client.pipeline(transaction=False) as pipe:
            return pipe.blpop("bell", seconds).get("n").execute()
    def print_out(self): print("hello", flush=True)
"""


@pytest.fixture
def lab(make_lab):
    return make_lab(STUDENT)


def test_threads_together(lab):
    it = lab.new("it")
    answers = lab.together(it.actor, [Call("add")] * 8)
    assert all(isinstance(answer, Returned) for answer in answers)
    assert lab.together(it.actor, [Call("compute", (Compute("v", takes=3),))] * 3) == [Returned("v")] * 3
    assert lab.now == pytest.approx(3)
    answers = lab.together(it.actor, [Call("surrogate"), Call("n")])
    assert isinstance(answers[0], Raised)
    assert isinstance(answers[1], Returned)


def test_objects_and_calls_in_a_row(lab):
    actor = lab.enter()
    objects = [(name, Call("It", (), on=name)) for name in ("one", "two")]
    calls = [Call("add", on="one"), Call("odd", on="one"), Call("add", (2,), on="two"), Call("n", on="none")]
    first, raised, second, nobody = lab.stage.in_a_row(actor, objects, calls)
    assert (first, second) == (Returned(1), Returned(3))
    assert (raised.type, nobody.type) == ("Odd", "KeyError")
    assert lab.stage.relay.round_trips(actor.name) == 4
    assert lab.stage.in_a_row(actor, ()) == []


def test_an_object_in_a_row_that_can_not_be_made(lab):
    wrong = Call("It", ("",), on="two")
    with pytest.raises(StudentFault, match=r"It\(''\) raised ValueError: empty"):
        lab.stage.in_a_row(
            lab.enter(), [("one", Call("It", on="one")), ("two", wrong)], [Call("n", on="one")]
        )


def test_a_killed_caller_does_nothing_more_and_others_go_on(lab):
    one, two = lab.new("one"), lab.new("two", actor=lab.enter())
    pending = one.two_steps.begin()
    lab.stage.settle()
    lab.stage.make_move(lab.stage.moves()[0])
    lab.stage.settle()
    lab.kill(one)
    assert pending.done
    lab.advance(5)
    assert two.keys() == ["first"]


def test_a_frozen_caller_has_no_effect_until_it_is_thawed(lab):
    one, two = lab.new("one"), lab.new("two", actor=lab.enter())
    pending = one.lock_and_work.begin()
    lab.stage.settle()
    lab.stage.make_move(lab.stage.moves()[0])
    lab.freeze(one)
    assert two.try_lock() is False
    lab.advance(11)
    assert two.try_lock() is True
    assert two.keys() == ["lock"]
    assert not pending.done
    lab.thaw(one)
    assert pending.value() == "worked"
    assert two.keys() == ["lock", "work"]


def test_a_frozen_sleeper_wakes_when_it_is_thawed(lab):
    one, two = lab.new("one"), lab.new("two", actor=lab.enter())
    pending = one.sleep_and_set.begin(5)
    lab.idle()
    lab.freeze(one)
    lab.advance(20)
    assert two.keys() == []
    lab.thaw(one)
    lab.advance(1)
    assert pending.done
    assert two.keys() == ["done"]


@pytest.mark.parametrize(
    ("raises", "caught"),
    [
        (("ValueError", "no"), ["ValueError", "no"]),
        (("KeyboardInterrupt", ""), ["KeyboardInterrupt", ""]),
        (("ComputeFailed", "odd"), ["ComputeFailed", "odd"]),
        (("LockError", "odd"), ["LockError", "odd"]),  # one of redis-py's
        (("ComputeStopped", "x"), ["ComputeStopped", "x"]),
        (("SystemExit", "3"), ["SystemExit", "3"]),
    ],
)
def test_a_callback_may_raise_anything(lab, raises, caught):
    it = lab.new("it")
    assert it.catch(Compute(raises=raises)) == caught
    assert it.compute.answer(Compute(raises=raises)).type == raises[0]


def test_a_callback_that_takes_time_is_counted_and_takes_it(lab):
    it = lab.new("it")
    assert it.compute(Compute({"a": (1, None)}, takes=8)) == {"a": (1, None)}
    assert lab.now == 8
    assert [(one.actor, one.begin) for one in lab.computed] == [("A", 0.0)]


def test_arguments_of_special_kinds(lab):
    it = lab.new("it")
    assert it.listed(Iterate(("a", 1))) == ["generator", ["a", 1]]
    assert it.name_of(Unserializable()) == "object"
    assert it.name_of(Unserializable("Record(x=1)")) == "Record"
    assert it.year_of(Unserializable("datetime.datetime(2026, 1, 2, 3, 4)")) == 2026
    assert it.give((1, {2: b"x"}, {3})) == (1, {2: b"x"}, {3})


@pytest.mark.parametrize(("method", "kind"), [("surrogate", "ValueError"), ("odd", "Odd"), ("ann", "Änn")])
def test_an_exception_s_text_can_always_be_written_down(lab, method, kind):
    raised = getattr(lab.new("it"), method).answer()
    assert isinstance(raised, Raised)
    assert raised.type == kind
    assert to_json(raised)
    assert raised.frames[-1].function == method


def test_a_value_with_half_a_surrogate_pair_can_be_shown(lab):
    assert lab.new("it").give("\ud800") == "\ud800"


@pytest.mark.parametrize("method", ["deep", "large"])
def test_an_answer_beyond_the_bound_is_the_student_s(lab, method):
    raised = getattr(lab.new("it"), method).answer()
    assert raised.type == "AnswerTooLarge"
    assert lab.stage.actors["A"].process.misbehaved == ""
    assert lab.stage.call(lab.stage.actors["A"], Call("n")) == Returned(0)


def test_what_is_raised_as_an_object_is_made(lab):
    assert lab.try_new("").type == "ValueError"
    with pytest.raises(StudentFault) as caught:
        lab.new("it", "")
    assert caught.value.outcome is Outcome.ERRORED
    assert "raised ValueError: empty" in caught.value.message


def test_a_missing_method_or_a_wrong_signature_is_an_error(lab):
    it = lab.new("it")
    assert it.nothing.answer().type == "AttributeError"
    assert it.n.answer(1, 2).type == "TypeError"
    assert it.n() == 0


def test_output_is_kept(lab):
    it = lab.new("it")
    it.print_out()
    lab.idle()
    assert bytes(it.actor.process.output) == b"hello\n"


def test_nobody_is_asked_twice_at_once(lab):
    it = lab.new("it")
    it.sleep_and_set.begin(5)
    with pytest.raises(RuntimeError, match="still in"):
        it.n.begin()


def test_who_asks_without_a_pause_holds_up_neither_the_clock_nor_the_others(lab):
    first, second = lab.enter(), lab.enter()
    for actor in (first, second):
        lab.new("it", actor=actor)
    lab.stage.begin(first, Call("spin"))
    lab.stage.begin(second, Call("sleep_and_set", (2,)))
    lab.advance(1.5)
    assert first.busy
    assert second.busy
    assert lab.now == 1.5
    lab.advance(1)
    assert not first.busy
    assert not second.busy
    for actor in (first, second):
        lab.stage.take(actor)


def test_who_asks_a_lot_under_a_watch_gets_through_beside_who_sleeps(lab):
    first, second = lab.enter(), lab.enter()
    for actor in (first, second):
        lab.new("it", actor=actor)
    lab.stage.begin(first, Call("transact", (30,)))
    lab.stage.begin(second, Call("sleep_and_set", (5,)))
    assert lab.stage.finish(first) == Returned(None)
    assert 0 < lab.now < 2
    assert lab.stage.finish(second) == Returned(None)


def test_a_watch_outlasts_a_long_wait(lab):
    it, other = lab.new("it"), lab.new("other", actor=lab.enter())
    assert it.watch_and_sleep(8) == [True]
    pending = it.watch_and_sleep.begin(8)
    lab.advance(4)
    other.n()
    assert pending.value() == [True]


def test_a_watch_is_broken_by_a_change_before_or_after_the_clock_moves(lab):
    it, other = lab.new("it"), lab.new("other", actor=lab.enter())
    for wait in (0, 4):
        pending = it.watch_and_sleep.begin(8)
        lab.advance(wait)
        other.touch()
        lab.advance(1)
        assert pending.value() == "changed"


def test_a_watch_is_broken_by_a_key_that_runs_out(lab):
    assert lab.new("it").watch_and_sleep(8, 5) == "changed"


def test_a_command_that_blocks_at_the_front_of_a_batch_waits_in_virtual_time(lab):
    assert lab.new("it").bell_and_n(1000) == [None, None]
    assert 1000 <= lab.now < 1001


@pytest.mark.parametrize("alone", [True, False])
def test_an_expiry_counts_from_when_it_is_set_however_long_the_call_was_held_up(lab, alone):
    it, other = lab.new("it"), lab.new("other", actor=lab.enter())
    if not alone:
        other.sleep_and_set.begin(100)
    pending = it.try_lock.begin()
    lab.stage.clock.monotonic -= 2 * NANOSECONDS  # as if so much time had really passed
    assert pending.value() is True
    for seconds, there in ((9.5, ["lock"]), (1, [])):
        lab.advance(seconds)
        assert [state.key for state in lab.keys()] == there  # noqa: SIM118 - no dict


def test_threads_that_ask_without_a_pause_let_the_others_have_their_turn(lab):
    lab.new("it")
    actor = next(iter(lab.stage.actors.values()))
    answers = lab.together(actor, [Call("spin"), Call("spin"), Call("sleep_and_set", (1,))])
    assert answers == [Returned(None)] * 3
    assert lab.now < 2
