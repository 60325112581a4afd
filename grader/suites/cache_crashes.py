"""Checks of the cache manager: two callers at once, forbidden commands and crashes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from grader.interleave.calls import Call, Compute, Raised, Returned
from grader.interleave.explorer import Ending, Judge
from grader.interleave.moves import Move
from grader.proxy import resp
from grader.proxy.link import unit_length
from grader.suites.advice import advice
from grader.suites.cache_hints import ERROR, IN_SELF, JSON_TEXT, ONE, why_value
from grader.suites.cache_rules import (
    NOTHING,
    TAKES,
    WITHIN_SECONDS,
    callers,
    fill,
    given,
    in_turns,
    let_compute,
    stored,
)
from grader.suites.check import check
from grader.suites.clues import Lost, pick
from grader.suites.expect import CheckFailedError, expect, is_number, sentence
from grader.suites.forbidden import WHY, forbidden
from grader.suites.hindered import AGAIN, ONE_STEP_EACH, hinder
from grader.suites.lab import Calls, Lab, Pending, Scenario, StandIn
from grader.suites.names import word, words

calls = Calls("cache")
ATOMIC = "Data and expiry go in one atomic step: one command, MULTI/EXEC, a script; a pipeline is not one."
LISTED = "A list of the keys that is kept beside the entries changes in the same atomic step as they do."
WALK = "KEYS stops the server while it looks at every key: walk with SCAN."


def _judged(verdict: str, right: Any) -> Any:
    """A judge: ``right(answers, looks)`` on the values, when nobody raised."""

    def judge(ending: Ending) -> str:
        for answer in (*ending.answers, *ending.look):
            if isinstance(answer, Raised):
                return f"A call raised {answer}, though it may not."
        values = [getattr(one, "value", None) for one in ending.answers]
        looks = [getattr(one, "value", None) for one in ending.look]
        return "" if right(values, looks) else verdict

    return judge


def _belong_together(_: list[Any], looks: list[Any]) -> bool:
    ttl, value = looks
    low, high = (50, 200) if value == "short" else (500, 2000)
    return value in ("short", "long") and is_number(ttl) and low <= ttl <= high


def _sum(counts: list[Any]) -> Any:
    return sum(filter(is_number, counts))


@check(points=0.5, objective="atomicity", guide="invalidation")
def test_invalidate_counts_what_it_deleted(lab: Lab, rand: Random) -> None:
    """invalidate returns how many this call deleted, also beside another that deletes the same entries."""
    base = word(rand)
    keys = [f"{base}{number}" for number in range(3)]
    glob = f"{base}*"
    scenario = Scenario(
        {"cache": ()},
        (calls.invalidate(glob), calls.invalidate(glob)),
        setup=tuple(calls.set(key, 1) for key in keys),
        look=tuple(calls.get(key) for key in keys),
    )
    judge = _judged(
        "The two calls together say another number than there were entries.",
        lambda counts, looks: _sum(counts) == len(keys) and not any(looks),
    )
    lab.race(scenario, judge, "Count what Valkey says it deleted, not what the walk had found.")
    _find_what_get_finds(lab, word(rand))
    _invalidate_in_threads(lab, *words(rand, 2))


def _find_what_get_finds(lab: Lab, key: str) -> None:
    """After a set beside a delete of that key invalidate deletes the entry, if there is one."""
    verdict = "After a set beside a delete invalidate counted something else than what get finds."
    scenario = Scenario(
        {"cache": ()},
        (calls.set(key, "new"), calls.delete(key)),
        setup=(calls.set(key, "old"),),
        look=(calls.get(key), calls.invalidate(key)),
    )
    judge = _judged(verdict, lambda _, looks: (looks[0] is not None) == (looks[1] == 1))
    lab.race(scenario, judge, pick(LISTED), most=20)


def _invalidate_in_threads(lab: Lab, one: str, more: str) -> None:
    """Two threads that share an object invalidate a glob each, and count as one does alone."""
    cache, globs = lab.new("cache"), (f"{one}*", f"{more}*")
    keys = [f"{one}1", *(f"{more}{number}" for number in range(3))]
    fill(cache, keys)
    alone = [given(cache.invalidate.answer(glob)) for glob in globs]
    fill(cache, keys)
    answers = lab.together(cache.actor, [calls.invalidate(glob) for glob in globs], in_turns())
    what = "What invalidate gave in each of two threads"
    expect([given(answer) for answer in answers], what).to_equal(alone, hint=IN_SELF)


@check(points=0.5, objective="atomicity", guide="lost-updates")
def test_touch_beside_a_change(lab: Lab, rand: Random) -> None:
    """touch beside a set or a delete keeps the value that is there, and makes no entry anew."""
    key = word(rand)
    hint = "touch has no need to know the value: there is a command that changes the expiry alone."
    touch, change, setup = (
        calls.touch(key, ttl=80),
        calls.set(key, "new", ttl=90),
        calls.set(key, "old", ttl=70),
    )
    for beside, right in ((change, "new"), (calls.delete(key), NOTHING)):
        look = (calls.get(key, NOTHING),)
        scenario = Scenario({"cache": ()}, (touch, beside), setup=(setup,), look=look)
        tried = lab.race(scenario, _touch_judge(beside, right), pick(hint, about="touch"))
    if tried > ONE_STEP_EACH:
        answer, changes, _ = hinder(lab, Scenario({"cache": ()}, (touch, change), (setup,)))
        if not isinstance(answer, Raised):  # who raises at last has changed nothing
            expect(answer.value, f"touch of an entry, beside {changes} sets of it,").to_equal(
                True, hint=AGAIN
            )


def _touch_judge(beside: Call, right: str) -> Judge:
    """What was done beside a touch stays done; where there was an entry all the time, touch says so."""
    done = _judged(f"What {beside} did has no effect any more.", lambda _, looks: looks == [right])
    says = _judged(
        "touch did not say True, though there was an entry all the time.",
        lambda answers, _: right == NOTHING or answers[0] == 1,  # as True is
    )
    return lambda ending: done(ending) or says(ending)


@check(points=0.5, objective="atomicity", guide="cache-aside")
def test_get_or_compute_beside_a_delete(lab: Lab, rand: Random) -> None:
    """get_or_compute beside a delete returns the value that was stored, or computes one."""
    key = word(rand)
    scenario = Scenario(
        {"cache": ()},
        (calls.get_or_compute(key, Compute("computed")), calls.delete(key)),
        setup=(calls.set(key, "stored"),),
    )
    judge = _judged(
        "get_or_compute returned neither what was stored nor what compute() gave.",
        lambda values, _: values[0] in ("stored", "computed"),
    )
    hint = "Between two looks at an entry it can go away: look once, and see from that whether it is a hit."

    def about(lost: Lost) -> str:
        if lost.raised:
            return advice(lost.raised[0]) or ERROR
        return JSON_TEXT if lost.ending.answers[0] == Returned('"stored"') else hint

    lab.race(scenario, judge, about, most=8)


@check(points=0.5, objective="atomicity", guide="lost-updates")
def test_two_sets_at_once(lab: Lab, rand: Random) -> None:
    """Two sets at once: value and time-to-live are those of the same call."""
    key = word(rand)
    scenario = Scenario(
        {"cache": ()},
        (calls.set(key, "short", ttl=100), calls.set(key, "long", ttl=1000)),
        look=(calls.ttl(key), calls.get(key)),
    )
    verdict = "The value is one call's and the time-to-live the other's."
    judge = _judged(verdict, _belong_together)

    def explain(lost: Lost) -> tuple[str, str]:
        ttl = getattr(lost.ending.look[0], "value", None)
        if lost.verdict == verdict and ttl not in (*range(50, 201), *range(500, 2001)):
            return (
                "The time-to-live is neither call's.",
                "Both set it in seconds, and ttl tells it in seconds.",
            )
        return lost.verdict, "Value and expiry go together in one command."

    lab.race(scenario, judge, explain)


@check(points=0.5, objective="performance", guide="scan-not-keys")
def test_no_forbidden_commands(lab: Lab, rand: Random) -> None:
    """Nothing calls KEYS, FLUSHALL or FLUSHDB or changes the server's settings, inside scripts neither."""
    key = word(rand)
    with lab.traffic() as traffic, lab.tap() as tap:
        cache, other = callers(lab, 2)
        cache.set.answer(key, 1)
        cache.set_many.answer({"a": 1, "b": 2})
        cache.get_many.answer([key, "a"])
        for call in (cache.get, cache.exists, cache.ttl, cache.touch, cache.delete):
            call.answer(key)
        held = cache.get_or_compute.begin(key, Compute("value", takes=TAKES))
        let_compute(lab)
        waits = other.get_or_compute.begin(key, Compute("second"))
        lab.advance(TAKES + 2 * WITHIN_SECONDS)
        values = [held.answer(), waits.answer()]
        for glob in ("a", "none*", "*"):
            cache.invalidate.answer(glob)
    sent = [one.command for one in (*tap.executed, *traffic.recording.sent)]
    if used := next(filter(forbidden, sent), None):
        lab.last_call = ""  # the command itself says where it comes from
        name = forbidden(used)
        raise CheckFailedError(
            f"{name} was called, directly or in a script.",
            sentence(f"no {name}"),
            sentence(resp.show_command(used)),
            WALK if name == "KEYS" else WHY[name],
        )
    for answer in values:
        value = given(answer)
        hint = why_value([value], ["value"], ONE)
        expect(value, "What get_or_compute returned").to_be_one_of(("value", "second"), hint=hint)


def _crash(lab: Lab, call: Call, *setup: Call, listed: StandIn | None = None) -> None:
    """Kill the caller after each of its commands: no key may be left without an expiry.

    Where there is one to look with, an entry of the call's key is found by invalidate if get finds it.
    """

    def prepare() -> tuple[StandIn, Call]:
        lab.empty()
        victim = lab.new("cache", actor=lab.victim())
        for one in setup:
            lab.value_of(lab.stage.call(victim.actor, one), one)
        return victim, call

    victim, _ = prepare()
    lab.value_of(lab.answer_of(victim.actor, call), call)
    always = lab.eternal_keys()  # a key that never has an expiry is another check's affair
    key = call.args[0]
    finds = listed is not None and listed.invalidate.answer(key) == Returned(1)

    def judge() -> str:
        left = [key for key in lab.eternal_keys() if key not in always]
        if left:
            return f"The crash left the key {left[0]!r} without an expiry."
        if finds and listed and listed.get(key, NOTHING) != NOTHING and listed.invalidate(key) != 1:
            return "The crash left an entry that get finds, and invalidate does not."
        return ""

    lab.crash_in(prepare, judge, lambda: LISTED if listed and not lab.eternal_keys() else ATOMIC)


@check(points=1, objective="crashes", guide="crashes-and-expiry")
def test_a_crash_in_set(lab: Lab, cache: StandIn, rand: Random) -> None:
    """No crash in set or touch leaves a key that never expires, or an entry that invalidate does not find."""
    key, value = word(rand), word(rand)
    _crash(lab, calls.set(key, value, ttl=60), listed=cache)
    _crash(lab, calls.set(key, value), calls.set(key, "old"))
    _crash(lab, calls.touch(key, ttl=60), calls.set(key, value))
    expect(cache.get(key)).to_equal(value)


@check(points=0.5, objective="crashes", guide="crashes-and-expiry")
def test_a_crash_in_set_many(lab: Lab, cache: StandIn, rand: Random) -> None:
    """No crash in set_many leaves a key that never expires."""
    values = dict.fromkeys(words(rand, 2), rand.randrange(1000))
    _crash(lab, calls.set_many(values, ttl=60))
    expect(stored(cache, values)).to_equal(values)


@check(points=0.5, objective="crashes", guide="crashes-and-expiry")
def test_a_crash_in_get_or_compute(lab: Lab, cache: StandIn, rand: Random) -> None:
    """No crash in get_or_compute leaves a key that never expires, a lock neither."""
    key, value = word(rand), word(rand)
    _crash(lab, calls.get_or_compute(key, Compute(value)))
    expect(cache.get(key)).to_equal(value)
    _expect_always_expiring(lab, word(rand))


def _expect_always_expiring(lab: Lab, key: str) -> None:
    """After each step of a hit, a miss, a deletion, and of a compute() that raises, waits, or takes over.

    A crash may come there.
    """
    lab.empty()
    holder, other = callers(lab, 2)
    holder.set_many({f"{key}2": 1, f"{key}4": 1})
    for method, argument in ((other.get, f"{key}2"), (other.get, key), (other.delete, f"{key}2")):
        _expect_expiring(lab, method.begin(argument))
    _expect_expiring(lab, other.invalidate.begin(f"{key}4"))
    fails = Compute(raises=("ComputeFailed", "no"), name="fails")
    _expect_expiring(lab, other.get_or_compute.begin(key, fails))
    held = holder.get_or_compute.begin(f"{key}3", Compute("value", takes=TAKES / 2))
    let_compute(lab)
    _expect_expiring(lab, other.get_or_compute.begin(f"{key}3", Compute("second")))
    held.answer()
    victim = lab.new("victim", actor=lab.victim())
    victim.get_or_compute.begin(f"{key}5", Compute("lost", takes=8))
    let_compute(lab)
    lab.kill(victim)
    if not lab.eternal_keys():  # a lock that never ends is another check's affair
        lab.advance(12)
        _expect_expiring(lab, other.get_or_compute.begin(f"{key}5", Compute("found")))


def _expect_expiring(lab: Lab, call: Pending) -> None:
    """No key is without an expiry after any step of an open call, which is run to its end."""
    always, left = lab.eternal_keys(), ""
    for _ in _steps_of(lab, call):
        left = left or next((key for key in lab.eternal_keys() if key not in always), "")
    call.answer()
    if left and left not in lab.eternal_keys():  # a key that never has one is another check's affair
        raise CheckFailedError(
            f"A crash in the middle of {call.call} would leave the key {left!r} without an expiry.",
            sentence("every key has an expiry"),
            sentence(f"no expiry on {left!r}"),
            ATOMIC,
        )


def _steps_of(lab: Lab, call: Pending) -> Iterator[None]:
    """Run an open call to its end; after each step of anybody's it may be looked at what is there."""
    sent = 0

    def choose(moves: Sequence[Move]) -> Move:
        nonlocal sent
        move = moves[0]
        if move.link is None:
            return move
        sent += 1
        return replace(move, count=unit_length(move.link.held))

    while not call.done:
        until = sent + 1
        lab.stage.run(lambda until=until: call.done or sent >= until, choose)
        lab.stage.settle()
        yield
