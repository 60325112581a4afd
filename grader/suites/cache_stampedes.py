"""Checks of the cache manager: many callers that want one value."""

from random import Random

from grader.interleave.calls import Answer, Compute, Raised
from grader.suites.cache_rules import (
    TAKES,
    WITHIN_SECONDS,
    OneComputes,
    advance_in_turns,
    callers,
    expect_computes,
    expect_returned,
    given,
)
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Calls, Lab, Scenario, StandIn
from grader.suites.names import word, words

calls = Calls("cache")
MOST_ORDERS = {2: 40, 3: 16}  # that a race of so many callers tries: more show nothing new


@check(points=1, objective="atomicity", guide="cache-stampede")
def test_two_processes_compute_once(lab: Lab, rand: Random) -> None:
    """Of two callers that miss at the same time, in two processes, one computes; both return its value."""
    _race_to_compute(lab, 2, word(rand))


@check(points=0.5, objective="atomicity", guide="cache-stampede")
def test_three_processes_compute_once(lab: Lab, rand: Random) -> None:
    """Of three callers that miss at the same time, in three processes, one computes; all return its value."""
    _race_to_compute(lab, 3, word(rand))


def _race_to_compute(lab: Lab, count: int, key: str) -> None:
    together = tuple(calls.get_or_compute(key, Compute(f"by caller {n}")) for n in range(1, count + 1))
    look = (calls.delete(key), calls.get_or_compute(key, Compute("later")))
    scenario = Scenario({"cache": ()}, together, look=look if count == 2 else ())
    hint = (
        "Who may compute has to be decided in one atomic step on the server; who got the lock looks once "
        "more, stores, and only then gives the lock back, also where that look found a value."
    )
    lab.race(scenario, OneComputes(lab), hint, most=MOST_ORDERS[count])


@check(points=0.5, objective="atomicity", guide="cache-stampede")
def test_eight_threads_compute_once(lab: Lab, cache: StandIn, rand: Random) -> None:
    """Of eight threads of one process that miss at the same time, one computes; all return its value."""
    key, began = word(rand), lab.waited
    answers = lab.together(cache.actor, [calls.get_or_compute(key, Compute("value", takes=TAKES))] * 8)
    hint = "Threads share the object: what belongs to one call must not be kept in self."
    for answer in answers:
        expect(given(answer), "What a thread returned").to_equal("value", hint=hint)
    expect_computes(lab.computed, 1, "by eight threads of one process", hint)
    expect(round(lab.waited - began, 2), "The time until all threads had returned").to_be_between(
        TAKES,
        TAKES + WITHIN_SECONDS,
        hint="A waiting caller returns within a second of the value being stored.",
    )


@check(points=1, objective="patterns", guide="cache-stampede")
def test_a_slow_compute_runs_once(lab: Lab, rand: Random) -> None:
    """A compute() of 8 seconds runs once, however many callers wait; all of them return its value."""
    key, (holder, *others) = word(rand), callers(lab, 4)
    held = holder.get_or_compute.begin(key, Compute("slow", takes=8))
    lab.idle()
    waits = [others[0].get_or_compute.begin(key, Compute("second"))]
    lab.advance(0.9)  # so that two who look ever less often don't look at the same moments
    waits.append(others[1].get_or_compute.begin(key, Compute("third")))
    lab.advance(7.09)
    lab.freeze(holder)  # its last commands are on their way for a moment, and somebody comes just then
    lab.advance(0.27)
    waits.append(others[2].get_or_compute.begin(key, Compute("fourth")))
    lab.idle()
    lab.thaw(holder)
    lab.advance(WITHIN_SECONDS)
    hint = "The lock lasts, or is renewed, for as long as compute() may take, and a waiter waits as long."
    expect_computes(lab.computed, 1, "though it took only 8 seconds", hint)
    expect_returned([held, *waits], "within a second of the value being stored", hint)
    expect([call.value() for call in (held, *waits)], "What the callers returned").to_equal(
        ["slow"] * 4, hint
    )


@check(points=0.5, objective="patterns", guide="cache-stampede")
def test_waiters_return_within_a_second(lab: Lab, rand: Random) -> None:
    """Callers that wait return the value within a second of its being stored, all of them."""
    key, (holder, *others) = word(rand), callers(lab, 5)
    held = holder.get_or_compute.begin(key, Compute("value", takes=1))
    lab.idle()
    waits = [other.get_or_compute.begin(key, Compute("second")) for other in others[:3]]
    advance_in_turns(lab, 0.7)
    waits.append(others[3].get_or_compute.begin(key, Compute("second")))
    advance_in_turns(lab, 0.3)
    expect_returned([held], "when compute() had ended")
    advance_in_turns(lab, WITHIN_SECONDS)
    hint = "How often does a waiting caller look for the value, and does one waiter hold up the next?"
    expect_returned(waits, "within a second of the value being stored", hint)
    expect_computes(lab.computed, 1, "for five callers", hint)
    expect([call.value() for call in (held, *waits)], "What the callers returned").to_equal(
        ["value"] * 5, hint
    )


@check(points=1, objective="patterns", guide="cache-stampede")
def test_an_error_frees_the_waiters(lab: Lab, rand: Random) -> None:
    """If compute() raises while others wait, one of them computes within a second."""
    _fail_while_others_wait(lab, rand, ("ComputeFailed",))
    _fail_in_threads(lab, rand)


@check(points=0.5, objective="patterns", guide="cache-stampede")
def test_a_stop_frees_the_waiters(lab: Lab, rand: Random) -> None:
    """KeyboardInterrupt, SystemExit and their kin in compute() free the waiters too."""
    _fail_while_others_wait(lab, rand, ("KeyboardInterrupt", "ComputeStopped"))


def _fail_while_others_wait(lab: Lab, rand: Random, kinds: tuple[str, ...]) -> None:
    holder, second, third = callers(lab, 3)
    hint = "However compute() ends, the lock has to go at once: not every error is an Exception."
    for kind in kinds:
        (key, text), before = words(rand, 2), len(lab.computed)
        held = holder.get_or_compute.begin(key, Compute(takes=TAKES, raises=(kind, text)))
        lab.idle()
        waits = [caller.get_or_compute.begin(key, Compute("good")) for caller in (second, third)]
        lab.advance(TAKES - 0.1)
        expect_computes(lab.computed[before:], 1, "before it raised", hint)
        lab.advance(0.1)
        expect_returned([held], "when compute() had raised", hint)
        held.answer()
        lab.advance(WITHIN_SECONDS)
        expect_computes(lab.computed[before:], 2, "by the caller that failed and one that waited", hint)
        lab.advance(WITHIN_SECONDS)
        expect_returned(waits, "within a second of the value being stored", hint)
        expect([call.value() for call in waits], "What the waiters returned").to_equal(["good"] * 2, hint)
        expect_computes(lab.computed[before:], 2, "by the caller that failed and one that waited", hint)


def _fail_in_threads(lab: Lab, rand: Random) -> None:
    """Three threads of one process whose compute() raises: each gets its own error."""
    (key, *texts), before = words(rand, 4), len(lab.computed)
    cache = lab.new("cache", actor=lab.enter())
    failing = [Compute(takes=0.5, raises=("ComputeFailed", text), name=text) for text in texts]
    answers = lab.together(cache.actor, [calls.get_or_compute(key, one) for one in failing])
    hint = "An error is its own caller's: a thread that waited for one that failed computes itself."
    expect_computes(lab.computed[before:], 3, "by three threads, for each of them failed", hint)
    expect(sorted(map(_message_of, answers)), "The errors that the threads got").to_equal(sorted(texts), hint)


def _message_of(answer: Answer) -> str:
    return answer.message if isinstance(answer, Raised) else str(answer)


@check(points=0.5, objective="atomicity", guide="invalidation")
def test_invalidate_during_a_compute(lab: Lab, rand: Random) -> None:
    """invalidate and delete see no entry during a compute(), and start no second compute()."""
    key, (holder, waiter, late, other) = word(rand), callers(lab, 4)
    other.set("other", 1)
    other.set("lock", 2)
    held = holder.get_or_compute.begin(key, Compute("value", takes=1))
    lab.idle()
    waits = waiter.get_or_compute.begin(key, Compute("second"))
    lab.advance(0.5)
    hint = "A lock is no entry: invalidate and delete leave it alone, by a name where no walk comes."
    counts = [other.invalidate(glob) for glob in (f"*{key}*", key, "*lock*", "o*", "?*")]
    expect(counts, "What invalidate returned").to_equal([0, 0, 1, 1, 0], hint=hint)
    other.delete(key)
    comes = late.get_or_compute.begin(key, Compute("third"))
    lab.advance(0.4)
    expect_computes(lab.computed, 1, "with invalidate and delete while it ran", hint)
    lab.advance(8)
    expect_returned([held, waits, comes], "long after compute() had ended", hint)
    expect([held.value(), waits.value(), comes.value()], "What the callers returned").to_equal(["value"] * 3)
    expect_computes(lab.computed, 1, "with invalidate and delete while it ran", hint)


@check(points=0.5, objective="patterns", guide="cache-stampede")
def test_different_keys_do_not_wait(lab: Lab, rand: Random) -> None:
    """Callers of different keys, or of one key in different namespaces, do not wait for each other."""
    part, other, space = words(rand, 3)
    key = f"{part}:{'x' * 100}"
    first, second = callers(lab, 2)
    strange = lab.new("strange", space, actor=lab.enter())
    held = first.get_or_compute.begin(key, Compute("slow", takes=6))
    lab.idle()
    hint = "Is there one lock for each key of each namespace?"
    others = (other, f"{part}:y", f"{key}*", key.upper())
    for caller, name in ((strange, key), *((second, one) for one in others)):
        began = lab.waited
        expect(caller.get_or_compute(name, Compute("quick"))).to_equal("quick", hint=hint)
        expect(round(lab.waited - began, 2), "The time that a caller of another key took").to_be_between(
            0, 1, hint=hint
        )
    lab.advance(7)
    expect(held.value()).to_equal("slow")


@check(points=0.5, objective="patterns", guide="cache-stampede")
def test_threads_with_different_keys_do_not_wait(lab: Lab, cache: StandIn, rand: Random) -> None:
    """Threads of one process that want different keys do not wait for each other."""
    keys = words(rand, 3)
    answers = lab.together(
        cache.actor, [calls.get_or_compute(key, Compute("value", takes=6, name=key)) for key in keys]
    )
    expect([given(one) for one in answers], "What the threads returned").to_equal(["value"] * 3)
    begun = {one.name: round(one.begin, 2) for one in lab.computed}
    expect(sorted(begun), "The keys that were computed").to_equal(sorted(keys))
    hint = "No lock of the process may be held while compute() runs, unless it is the key's own."
    expect(max(begun.values()), "When the last compute() began").to_be_between(0, 3, hint=hint)
