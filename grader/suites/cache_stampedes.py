"""Checks of the cache manager: many callers that want one value."""

from random import Random

from grader.interleave.calls import Compute
from grader.suites.cache_hints import AT_ONCE, ONE, why_value
from grader.suites.cache_rules import (
    TAKES,
    WITHIN_SECONDS,
    OneComputes,
    advance_in_turns,
    callers,
    expect_computes,
    expect_next,
    expect_returned,
    expect_values,
    given,
    why_open,
)
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Calls, Lab, Scenario, StandIn
from grader.suites.names import short, word, words

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
    judge = OneComputes(lab, stores="by caller")
    lab.race(scenario, judge, judge.explain, most=MOST_ORDERS[count])


@check(points=0.5, objective="atomicity", guide="cache-stampede")
def test_eight_threads_compute_once(lab: Lab, cache: StandIn, rand: Random) -> None:
    """Of eight threads of one process that miss at the same time, one computes; all return its value."""
    key, began = word(rand), lab.waited
    answers = lab.together(cache.actor, [calls.get_or_compute(key, Compute("value", takes=TAKES))] * 8)
    hint = "Threads share the object: what belongs to one call must not be kept in self."
    for answer in answers:
        value = given(answer)
        expect(value, "What a thread returned").to_equal("value", hint=why_value([value], ["value"], hint))
    hint = "Threads of one process are callers like any others: while one computes, the others wait."
    expect_computes(lab.computed, 1, "by eight threads of one process", hint)
    seconds, most = round(lab.waited - began, 2), TAKES + WITHIN_SECONDS
    expect(seconds, "The seconds until all threads had returned").to_be_between(
        TAKES, most, hint=why_open(lab)() if seconds > most else ""
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
    began = [one.begin - lab.computed[0].begin for one in lab.computed]
    hint = "The lock lasts, or is renewed, for as long as compute() may take, and a waiter waits as long."
    several = ONE if began[1:] and began[1] < TAKES else hint
    expect_computes(lab.computed, 1, "though it took only 8 seconds", several)
    expect_returned([held, *waits], "within a second of the value being stored", why_open(lab))
    hint = hint if lab.computed[0].actor == holder.actor.name else AT_ONCE
    expect_values((held, *waits), "What the callers returned", ["slow"] * 4, hint)


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
    expect_returned([held], "when compute() had ended", AT_ONCE)
    advance_in_turns(lab, WITHIN_SECONDS)
    expect_returned(waits, "within a second of the value being stored", why_open(lab))
    expect_computes(lab.computed, 1, "for five callers", ONE)
    hint = ONE if lab.computed[0].actor == holder.actor.name else AT_ONCE
    expect_values((held, *waits), "What the callers returned", ["value"] * 5, hint)


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
    for kind in kinds:
        hint = "However compute() ends, the lock has to go at once, and whatever renews it with it."
        if kind != "ComputeFailed":
            hint = (
                "KeyboardInterrupt, SystemExit and their kin are no Exception: give the lock back in finally."
            )
        (key, text), before = words(rand, 2), len(lab.computed)
        held = holder.get_or_compute.begin(key, Compute(takes=TAKES, raises=(kind, text)))
        lab.idle()
        waits = [caller.get_or_compute.begin(key, Compute("good")) for caller in (second, third)]
        lab.advance(TAKES - 0.1)
        expect_computes(lab.computed[before:], 1, "before the first one raised", ONE)
        lab.advance(0.1)
        at_once = "The error goes to its caller at once: compute() is not tried again."
        expect_returned([held], "when compute() had raised", at_once)
        held.answer()
        lab.advance(WITHIN_SECONDS)
        expect_next(lab.computed[before:], 2, waits, "by the caller that failed and one that waited", hint)
        lab.advance(WITHIN_SECONDS)
        expect_returned(waits, "within a second of the value being stored", why_open(lab))
        expect_values(waits, "What the waiters returned", ["good"] * 2, ONE)
        expect_computes(lab.computed[before:], 2, "by the caller that failed and one that waited", hint)


def _fail_in_threads(lab: Lab, rand: Random) -> None:
    """Three threads of one process whose compute() raises: each of them computes."""
    (key, *texts), before = words(rand, 4), len(lab.computed)
    cache = lab.new("cache", actor=lab.enter())
    failing = [Compute(takes=0.5, raises=("ComputeFailed", text), name=text) for text in texts]
    lab.together(cache.actor, [calls.get_or_compute(key, one) for one in failing])
    hint = "An error is its own caller's: a thread that waited for one that failed computes itself."
    expect_computes(lab.computed[before:], 3, "by three threads, for each of them failed", hint)


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
    if len(lab.computed) > 1:
        expect_computes(lab.computed, 1, "before invalidate was called", ONE)
    hint = "A lock is no entry: invalidate and delete leave it alone, by a name where no walk comes."
    missed = "An entry whose key matches was stored just before: does invalidate understand this glob?"
    for glob, count in ((f"*{key}*", 0), (key, 0), ("*lock*", 1), ("o*", 1), ("?*", 0)):
        seen = other.invalidate(glob)
        few = isinstance(seen, int) and seen < count
        expect(seen, f"invalidate({glob!r}) during a compute()").to_equal(count, missed if few else hint)
    other.delete(key)
    comes = late.get_or_compute.begin(key, Compute("third"))
    lab.advance(0.4)
    expect_computes(lab.computed, 1, "with invalidate and delete while it ran", hint)
    lab.advance(8)
    expect_returned([held, waits, comes], "long after compute() had ended", hint)
    expect_values((held, waits, comes), "What the callers returned", ["value"] * 3, ONE)
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
    hints = {
        strange: "A lock is for one key of one namespace: is the namespace part of its name?",
        second: "A lock is for one key: is the whole key part of its name?",
    }
    where = {strange: " in another namespace", second: ""}
    others = (other, f"{part}:y", f"{key}*", key.upper())
    for caller, name in ((strange, key), *((second, one) for one in others)):
        began, hint = lab.waited, hints[caller]
        expect(caller.get_or_compute(name, Compute("quick"))).to_equal("quick", hint=hint)
        what = f"The seconds that a caller of {short(name)}{where[caller]} took while another computed "
        expect(round(lab.waited - began, 2), what + short(key)).to_be_between(0, 1, hint=hint)
    lab.advance(7)
    expect(held.value()).to_equal("slow")


@check(points=0.5, objective="patterns", guide="cache-stampede")
def test_threads_with_different_keys_do_not_wait(lab: Lab, cache: StandIn, rand: Random) -> None:
    """Threads of one process that want different keys do not wait for each other."""
    keys = words(rand, 3)
    answers = lab.together(
        cache.actor, [calls.get_or_compute(key, Compute("value", takes=6, name=key)) for key in keys]
    )
    values = [given(one) for one in answers]
    hint = why_value(values, ["value"] * 3, "Each of them computes its own key.")
    expect(values, "What the threads returned").to_equal(["value"] * 3, hint)
    begun = {one.name: round(one.begin, 2) for one in lab.computed}
    expect(sorted(begun), "The keys that were computed").to_equal(sorted(keys))
    hint = "No lock of the process may be held while compute() runs, unless it is the key's own."
    expect(max(begun.values()), "The second in which the last compute() began").to_be_between(0, 3, hint=hint)
