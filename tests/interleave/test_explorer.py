"""Every order that matters is tried, once; the lost update is found; a failing order can be replayed."""

from math import comb
from types import SimpleNamespace

import pytest

from grader.interleave.calls import Call, Compute, Returned
from grader.interleave.explorer import PREEMPTIONS, Explorer, Scenario, replay
from grader.interleave.trouble import SHORT
from grader.results import StepKind
from grader.suites.lab import FEW_ORDERS

STUDENT = """
import redis, time

class It:
    def __init__(self, client): self.client = client

    def lose(self, n):
        now = int(self.client.get("n") or 0)
        self.client.set("n", now + n)
        return now + n

    def keep(self, n):
        return self.client.incrby("n", n)

    def watch(self, n):
        with self.client.pipeline() as pipe:
            while True:
                try:
                    pipe.watch("n")
                    now = int(pipe.get("n") or 0)
                    pipe.multi()
                    pipe.set("n", now + n)
                    pipe.execute()
                    return now + n
                except redis.WatchError:
                    continue

    def transact(self, n):
        pipe = self.client.pipeline()
        pipe.incrby("n", n)
        pipe.expire("n", 100)
        return pipe.execute()[0]

    def note(self, name, count):
        for turn in range(count):
            self.client.rpush("log", f"{name}{turn}")

    def note_piped(self, name, count):
        pipe = self.client.pipeline(transaction=False)
        for turn in range(count):
            pipe.rpush("log", f"{name}{turn}")
        pipe.execute()

    def note_whole(self, name, count):
        pipe = self.client.pipeline(transaction=True)
        for turn in range(count):
            pipe.rpush("log", f"{name}{turn}")
        pipe.execute()

    def log(self): return self.client.lrange("log", 0, -1)
    def n(self): return int(self.client.get("n") or 0)

    def locked(self, n, pause):
        while not self.client.set("lock", "1", nx=True, px=10000):
            if pause: time.sleep(pause)
        now = int(self.client.get("n") or 0)
        self.client.set("n", now + n)
        self.client.delete("lock")
        return now + n

    def compute(self, compute):
        return compute()

    def look_and_compute(self, compute):
        if (value := self.client.get("value")) is None:
            value = compute()
            self.client.set("value", value)
        return value

    def compute_once(self, compute):
        if not self.client.set("lock", 1, nx=True, px=20000):
            while (value := self.client.get("value")) is None:
                time.sleep(0.05)
            return value
        value = compute()
        self.client.set("value", value)
        self.client.delete("lock")
        return value
"""


@pytest.fixture
def lab(make_lab):
    return make_lab(STUDENT)


@pytest.fixture
def explore_in(stage):
    """Explores calls of a lab's ``it`` beside each other; the judge gets the ending."""

    def explore_in(lab):
        def explore(calls, judge, look=(), limit=2000):
            scenario = Scenario({"it": ()}, tuple(calls), (), tuple(look))
            explorer = Explorer(stage, "It", lab.enter)
            return scenario, explorer, explorer.explore(scenario, judge, limit)

        return explore

    return explore_in


@pytest.fixture
def explore(lab, explore_in):
    """The same, in the lab with the module above."""
    return explore_in(lab)


def both_count(ending):
    return "" if ending.look[0].value == 3 else "An add was lost."


N = Call("n")
LOG = Call("log")


def test_the_lost_update_is_found_and_replayed(explore):
    scenario, explorer, found = explore([Call("lose", (1,)), Call("lose", (2,))], both_count, [N])
    failure = found.failure
    assert failure.verdict == "An add was lost."
    assert found.tried <= 6
    for _ in range(2):
        assert replay(explorer, scenario, failure.choices) == failure.ending
    steps = failure.trace.steps(failure.turning)
    sends = [(step.actor, step.text.split()[0]) for step in steps if step.kind is StepKind.SENDS]
    assert sorted(sends[:2]) == [("A", "GET"), ("B", "GET")]
    assert sum(step.wrong for step in steps) == 1
    assert [step.kind for step in steps][:2] == [StepKind.CALLS] * 2
    assert {step.kind for step in steps[-2:]} == {StepKind.RETURNS}


def test_the_turning_point_beside_callbacks_is_the_second_look(explore):
    calls = [Call("look_and_compute", (Compute(value),)) for value in ("one", "two")]
    found = explore(calls, lambda end: "" if end.answers[0] == end.answers[1] else "Both computed.")[2]
    steps = found.failure.trace.steps(found.failure.turning)
    wrong = [(step.actor, step.text, step.reply) for step in steps if step.wrong]
    assert wrong == [("B", "GET value", "(nil)")]


@pytest.mark.parametrize("method", ["keep", "watch", "transact"])
def test_what_is_right_passes_in_every_order(explore, method):
    found = explore([Call(method, (1,)), Call(method, (2,))], both_count, [N])[2]
    assert found.failure is None
    assert found.tried >= 2


LOOKERS = """
    def look(self, n):
        return [self.client.get("n") for _ in range(n)]

    def look_and_set(self, n):
        seen = [self.client.get("n") for _ in range(n)]
        self.client.set("n", n)
        return [*seen, self.client.get("n")]
"""


def seen_endings(explore, calls):
    """Every ending that is reached, and in how many runs."""
    seen = set()

    def keep(ending):
        seen.add(repr(ending))
        return ""

    return seen, explore(calls, keep, [N])[2].tried


@pytest.mark.parametrize(
    "calls",
    [
        (Call("watch", (1,)), Call("watch", (2,))),
        (Call("lose", (1,)), Call("look", (3,))),
        (Call("look_and_set", (2,)), Call("look_and_set", (3,))),
        (Call("lose", (1,)), Call("lose", (2,)), Call("look", (2,))),
    ],
    ids=lambda calls: "-".join(call.method for call in calls),
)
def test_orders_that_differ_in_who_looked_first_are_tried_once(make_lab, explore_in, monkeypatch, calls):
    lab = make_lab(STUDENT + LOOKERS)
    fewer, few = seen_endings(explore_in(lab), calls)
    monkeypatch.setattr(Explorer, "_reads", frozenset())
    every, many = seen_endings(explore_in(lab), calls)
    assert fewer == every
    assert few < many


class Orders:
    """A judge that keeps what it sees, and finds nothing wrong."""

    def __init__(self):
        self.seen = []

    def __call__(self, ending):
        self.seen.append(tuple(ending.look[0].value))
        return ""


def orders_of(lengths):
    """How many orders several rows have, of which each keeps its own."""
    total, left = 1, sum(lengths)
    for length in lengths:
        total *= comb(left, length)
        left -= length
    return total


def switches(order):
    """How often an actor was left while it could have gone on: the preemptions of an order."""
    last = {name: max(n for n, entry in enumerate(order) if entry[0] == name) for name in "ab"}
    return sum(order[n][0] != order[n + 1][0] and last[order[n][0]] != n for n in range(len(order) - 1))


@pytest.mark.parametrize("method", ["note", "note_piped"])
@pytest.mark.parametrize("lengths", [(1, 1), (2, 2), (2, 3)])
def test_every_order_within_the_bound_is_tried_exactly_once(explore, method, lengths):
    judge = Orders()
    calls = [Call(method, (name, count)) for name, count in zip("ab", lengths, strict=True)]
    found = explore(calls, judge, [LOG])[2]
    assert len(judge.seen) == len(set(judge.seen)) == found.tried
    assert all(switches(order) <= PREEMPTIONS for order in judge.seen)
    if not found.bounded:
        assert found.tried == orders_of(lengths)
    if lengths == (2, 2):
        assert found.tried == 6 - found.bounded


def test_three_actors(explore):
    judge = Orders()
    found = explore([Call("note", (name, 1)) for name in "abc"], judge, [LOG])[2]
    assert found.tried == len(set(judge.seen)) == 6


def test_nobody_comes_into_a_transaction(explore):
    judge = Orders()
    found = explore([Call("note_whole", (name, 3)) for name in "ab"], judge, [LOG])[2]
    assert set(judge.seen) == {("a0", "a1", "a2", "b0", "b1", "b2"), ("b0", "b1", "b2", "a0", "a1", "a2")}
    assert not found.bounded


def test_a_limit_is_said_and_no_failure(explore):
    judge = Orders()
    found = explore([Call("note", (name, 4)) for name in "ab"], judge, [LOG], limit=3)[2]
    assert (found.tried, found.bounded, found.failure) == (3, True, None)
    found = explore([Call("keep", (n,)) for n in (1, 2)], both_count, [N], limit=50)[2]
    assert (found.tried, found.bounded) == (2, False)


@pytest.mark.parametrize("pause", [0, 0.05])
def test_loops_that_poll_end(explore, pause):
    found = explore([Call("locked", (n, pause)) for n in (1, 2)], both_count, [N], limit=60)[2]
    assert found.failure is None
    assert found.tried > 5


def test_a_compute_that_takes_virtual_time_runs_once(explore, stage):
    computes = [Call("compute_once", (Compute("v", takes=8),)) for _ in range(2)]
    counts = []

    def judge(ending):
        counts.append(len(stage.waits.computed))
        return "" if ending.answers == (Returned("v"), Returned("v")) else "Not the computed value."

    found = explore(computes, judge, limit=15)[2]
    assert found.failure is None
    runs = [after - before for before, after in zip([0, *counts], counts, strict=False)]
    assert set(runs) == {1}


def test_the_same_search_gives_the_same(explore):
    seen = []
    for _ in range(2):
        judge = Orders()
        explore([Call("note", ("a", 2)), Call("note_piped", ("b", 2))], judge, [LOG])
        seen.append(judge.seen)
    assert seen[0] == seen[1]


def test_a_search_that_takes_too_long_is_ended_and_says_so(explore, monkeypatch):
    monkeypatch.setattr("grader.interleave.explorer.SEARCH_SECONDS", 0.01)
    found = explore([Call("keep", (1,)), Call("keep", (2,))], both_count, [N])[2]
    assert (found.failure, found.bounded) == (None, True)
    assert found.tried < 20


def test_few_orders_are_tried_where_little_of_a_submissions_time_is_left(lab, stage, theatre, monkeypatch):
    scenario = Scenario({"it": ()}, (Call("note", ("a", 5)), Call("note", ("b", 5))))
    many = lab.race(scenario, lambda _ending: "")
    half = theatre.rig.bounds.total_seconds * SHORT
    for used, tried in ((half - 1, many), (half + 1, FEW_ORDERS)):
        spent = SimpleNamespace(passes=lambda seconds, used=used: used > seconds)
        monkeypatch.setattr(stage.kit.trouble, "_spent", spent)
        assert lab.race(scenario, lambda _ending: "") == tried
    assert many > 2 * FEW_ORDERS
