"""Checks of the cache manager: many callers that want one value."""

from random import Random

from grader.interleave.calls import Call, Compute
from grader.suites.cache_hints import (
    ANEW,
    AT_ONCE,
    FREED,
    FROM_STORING,
    GOES_ON,
    IN_SELF,
    NOT_AGAIN,
    ONE,
    OWN_ERROR,
    SEEN,
    TOO_SHORT,
    why_value,
)
from grader.suites.cache_rules import (
    TAKES,
    WITHIN_SECONDS,
    OneComputes,
    advance_in_turns,
    advance_until,
    callers,
    expect_computes,
    expect_next,
    expect_returned,
    expect_values,
    expect_waiting,
    given,
    let_compute,
    stored,
    why_open,
)
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Calls, Lab, Scenario, StandIn
from grader.suites.names import SAME_SHORT_HASH, short, word, words

calls = Calls("cache")
SHORT = 20  # seconds that one entry lives, and the others longer
LONG = 7.9  # seconds of a compute() that a lock has to outlast
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
    for answer in answers:
        value = given(answer)
        expect(value, "What a thread returned").to_equal("value", hint=why_value([value], ["value"], IN_SELF))
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
    held = holder.get_or_compute.begin(key, Compute("slow", takes=8), ttl=6)  # shorter than compute() takes
    let_compute(lab)
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
    several = FROM_STORING if began[1:] and began[1] > 8.3 else several  # the value came, and was gone
    expect_computes(lab.computed, 1, "though it took only 8 seconds", several)
    expect_returned([held, *waits], "within a second of the value being stored", why_open(lab))
    hint = hint if lab.computed[0].actor == holder.actor.name else AT_ONCE
    expect_values((held, *waits), "What the callers returned", ["slow"] * 4, hint)


@check(points=0.5, objective="patterns", guide="cache-stampede")
def test_waiters_return_within_a_second(lab: Lab, rand: Random) -> None:
    """Callers that wait return the value within a second of its being stored, all of them."""
    key, (holder, *others) = f"{word(rand)} [a]*:é", callers(lab, 5)  # no pattern, for who listens for it
    holder.get_or_compute(key, Compute("old"), ttl=1)
    lab.advance(2.5)  # it has expired, and nobody is given it any more
    holder.delete(key)  # where it has not, that is another check's affair
    before = len(lab.computed)
    held = holder.get_or_compute.begin(key, Compute("value", takes=1))
    let_compute(lab)
    waits = [other.get_or_compute.begin(key, Compute("second")) for other in others[:3]]
    advance_in_turns(lab, 0.7)
    waits.append(others[3].get_or_compute.begin(key, Compute("second")))
    advance_in_turns(lab, 0.3 + WITHIN_SECONDS)
    expect_returned([held], "within a second of the value being stored", AT_ONCE)
    expect_returned(waits, "within a second of the value being stored", why_open(lab))
    expect_computes(lab.computed[before:], 1, "for five callers", ONE)
    hint = ONE if lab.computed[before].actor == holder.actor.name else AT_ONCE
    expect_values((held, *waits), "What the callers returned", ["value"] * 5, hint)
    _compute_anew(lab, holder, others[0], f"{key}2")


def _compute_anew(lab: Lab, holder: StandIn, other: StandIn, key: str) -> None:
    """Right after a value was computed and deleted it is computed once more, and once again."""
    holder.get_or_compute(key, Compute("old"))
    holder.delete(key)
    before = len(lab.computed)
    held = holder.get_or_compute.begin(key, Compute("anew", takes=TAKES))
    let_compute(lab)
    waits = other.get_or_compute.begin(key, Compute("second"))
    lab.advance(TAKES + WITHIN_SECONDS)
    expect_computes(lab.computed[before:], 1, "by two callers, right after an older value was deleted", ANEW)
    expect_returned([held, waits], "within a second of the value being stored", why_open(lab))
    expect_values([held, waits], "What the two returned", ["anew"] * 2, ANEW)


@check(points=1, objective="patterns", guide="cache-stampede")
def test_an_error_frees_the_waiters(lab: Lab, rand: Random) -> None:
    """If compute() raises while others wait, one of them computes within a second."""
    holder, waiter = _fail_while_others_wait(lab, rand, "ComputeFailed")
    _fail_in_threads(lab, rand, "ComputeFailed", 3)
    _wait_for_half_a_minute(lab, holder, waiter, word(rand))
    _fail_beside_a_dead_waiter(lab, holder, waiter, word(rand))


@check(points=0.5, objective="patterns", guide="cache-stampede")
def test_a_stop_frees_the_waiters(lab: Lab, rand: Random) -> None:
    """KeyboardInterrupt, SystemExit and their kin in compute() free the waiters too."""
    _fail_while_others_wait(lab, rand, "KeyboardInterrupt")
    _fail_in_threads(lab, rand, "ComputeStopped", 2)


def _why_held(kind: str) -> str:
    if kind == "ComputeFailed":
        return FREED
    return "KeyboardInterrupt, SystemExit and their kin are no Exception: give the lock back in finally."


def _fail_while_others_wait(lab: Lab, rand: Random, kind: str) -> list[StandIn]:
    """One fails, another computes, a third waits: gives two of them."""
    holder, second, third = callers(lab, 3)
    hint = _why_held(kind)
    key, text = words(rand, 2)
    held = holder.get_or_compute.begin(key, Compute(takes=TAKES, raises=(kind, text)))
    let_compute(lab)
    waits = [caller.get_or_compute.begin(key, Compute("good")) for caller in (second, third)]
    lab.advance(TAKES - 0.1)
    expect_computes(lab.computed, 1, "before the first one raised", ONE)
    lab.advance(0.1 + WITHIN_SECONDS)
    if sum(one.actor == holder.actor.name for one in lab.computed) > 1:
        hint = NOT_AGAIN
    expect_returned([held], "within a second of compute()'s raising", NOT_AGAIN)
    held.answer()
    expect_next(lab.computed, 2, waits, "by the caller that failed and one that waited", hint)
    lab.advance(WITHIN_SECONDS)
    expect_returned(waits, "within a second of the value being stored", why_open(lab))
    expect_values(waits, "What the waiters returned", ["good"] * 2, ONE)
    expect_computes(lab.computed, 2, "by the caller that failed and one that waited", hint)
    return [holder, second]


def _fail_in_threads(lab: Lab, rand: Random, kind: str, count: int) -> None:
    """Threads of one process whose compute() raises: each of them computes, soon after the one before."""
    (key, *texts), before = words(rand, 1 + count), len(lab.computed)
    cache, began = lab.new("cache", actor=lab.enter()), lab.waited
    failing = [Compute(takes=0.5, raises=(kind, text), name=text) for text in texts]
    lab.together(cache.actor, [calls.get_or_compute(key, one) for one in failing])
    hint = OWN_ERROR if kind == "ComputeFailed" else _why_held(kind)
    expect_computes(lab.computed[before:], count, "by threads of one process, for each of them failed", hint)
    seconds, most = round(lab.waited - began, 2), count * (0.5 + WITHIN_SECONDS)
    what = "The seconds until each thread had computed and failed"
    expect(seconds, what).to_be_between(0, most, hint=_why_held(kind))


def _wait_for_half_a_minute(lab: Lab, holder: StandIn, waiter: StandIn, key: str) -> None:
    """One that waits stands still when a compute() fails, so that somebody else is faster: it waits on."""
    before, fails = len(lab.computed), Compute(takes=LONG, raises=("ComputeFailed", "once more"))
    held = holder.get_or_compute.begin(key, fails)
    let_compute(lab)
    waits = waiter.get_or_compute.begin(key, Compute("second"))
    lab.advance(TAKES)
    lab.freeze(waiter)
    for times, compute in enumerate((fails, fails, Compute("last", takes=LONG)), 2):
        advance_until(lab, lambda held=held: held.done, LONG + WITHIN_SECONDS)
        held.answer()
        held = holder.get_or_compute.begin(key, compute)
        let_compute(lab)
        if len(lab.computed) < before + times:  # as where it is the turn of those who wait
            lab.thaw(waiter)
            for call in (held, waits):
                call.answer()
            return
    lab.advance(LONG - 1)
    lab.thaw(waiter)
    lab.advance(0.5)
    if not held.done:  # as on a machine that stood still for a moment
        expect_computes(lab.computed[before:], 4, "while a caller had waited for half a minute", TOO_SHORT)
        expect_waiting(waits)
    lab.advance(0.5 + WITHIN_SECONDS)
    expect_returned([held, waits], "within a second of the value being stored", why_open(lab))
    expect_values([held, waits], "What the callers returned", ["last"] * 2, GOES_ON)


def _fail_beside_a_dead_waiter(lab: Lab, holder: StandIn, later: StandIn, key: str) -> None:
    """One that waited is dead when compute() fails: who comes later computes all the same."""
    before, victim = len(lab.computed), lab.new("victim", actor=lab.enter())
    held = holder.get_or_compute.begin(key, Compute(takes=TAKES, raises=("ComputeFailed", "beside a death")))
    let_compute(lab)
    victim.get_or_compute.begin(key, Compute("lost"))
    lab.advance(TAKES / 2)
    lab.kill(victim)
    lab.advance(TAKES)
    expect_returned([held], "within a second of compute()'s raising", NOT_AGAIN)
    held.answer()
    comes = later.get_or_compute.begin(key, Compute("good"))
    lab.advance(WITHIN_SECONDS)
    hint = "Who waited may be dead by now: nobody is to wait for its turn."
    expect_returned([comes], "within a second, though compute() had raised before", hint)
    expect_computes(lab.computed[before:], 2, "by the caller that failed and one that came later", hint)
    expect_values([comes], "What the later caller returned", ["good"], hint)


@check(points=0.5, objective="atomicity", guide="invalidation")
def test_invalidate_during_a_compute(lab: Lab, rand: Random) -> None:
    """invalidate and delete see no entry during a compute(), and start no second compute()."""
    key, (holder, waiter, late, other) = word(rand), callers(lab, 4)
    other.set("other", 1)
    other.set("lock", 2)
    held = holder.get_or_compute.begin(key, Compute("value", takes=1.5))
    let_compute(lab)
    waits = waiter.get_or_compute.begin(key, Compute("second"))
    lab.advance(0.5)
    if len(lab.computed) > 1:
        expect_computes(lab.computed, 1, "before invalidate was called", ONE)
    hint = "A lock is no entry: invalidate and delete leave it alone, by a name where no walk comes."
    missed = "An entry whose key matches was stored just before: does invalidate understand this glob?"
    for glob, count in ((f"*{key}*", 0), (key, 0), ("*lock*", 1), ("o*", 1), ("*", 0)):
        seen = other.invalidate(glob)
        # A walk of very many steps takes its time, as does a machine that stands still.
        if held.done and len(lab.computed) == 1:
            return
        few = isinstance(seen, int) and seen < count
        expect(seen, f"invalidate({glob!r}) during a compute()").to_equal(count, missed if few else hint)
    other.delete(key)
    looks = (other.exists, other.ttl, other.get, lambda one: bool(other.get_many([one])), other.touch)
    there, nowhere = ([look(one) for look in looks] for one in (key, word(rand)))
    if not held.done:  # as on a machine that stood still for a moment
        what = "What exists, ttl, get, get_many and touch gave during a compute()"
        expect(there, what).to_equal(nowhere, hint=SEEN)
    other.delete(key)  # where touch makes an entry, that is another check's affair
    comes = late.get_or_compute.begin(key, Compute("third"))
    lab.advance(0.4)
    expect_computes(lab.computed, 1, "with invalidate and delete while it ran", hint)
    lab.advance(8)
    expect_returned([held, waits, comes], "long after compute() had ended", hint)
    expect_values((held, waits, comes), "What the callers returned", ["value"] * 3, ONE)
    expect_computes(lab.computed, 1, "with invalidate and delete while it ran", hint)
    _set_during_a_compute(lab, holder, late, other, f"{key}2")


def _set_during_a_compute(lab: Lab, holder: StandIn, late: StandIn, other: StandIn, key: str) -> None:
    """A set, and a delete of what it stored, leave the lock alone."""
    before = len(lab.computed)
    held = holder.get_or_compute.begin(key, Compute("value", takes=1.5))
    let_compute(lab)
    other.set(key, 7)
    other.delete(key)
    other.set(key, 8)
    count = other.invalidate(key)
    if not held.done:  # as on a machine that stood still for a moment
        hint = "What was set meanwhile is an entry like any other, whoever holds the lock."
        expect(count, "invalidate of what was set during a compute()").to_equal(1, hint=hint)
    comes = late.get_or_compute.begin(key, Compute("third"))
    lab.advance(0.4)
    hint = "set and delete are about the entry alone: the lock belongs to the caller that computes."
    if not held.done:  # as on a machine that stood still for a moment
        expect_computes(lab.computed[before:], 1, "with a set and a delete while it ran", hint)
    lab.advance(8)
    expect_returned([held, comes], "long after compute() had ended", hint)
    expect_values([held], "What the caller that computed returned", ["value"], ONE)
    comes.value()


@check(points=0.5, objective="patterns", guide="cache-stampede")
def test_different_keys_do_not_wait(lab: Lab, rand: Random) -> None:
    """Callers of different keys, or of one key in different namespaces, do not wait for each other."""
    other, space, *parts = words(rand, 5)
    part = "-_".join(parts)
    key = f"{part}:{'x' * 2000}"  # no lock's name may be cut
    first, second = callers(lab, 2, space)
    strange = [lab.new("strange", word(rand), actor=lab.enter())]
    # Namespace and key of these read as the first one's do, where nothing stands between, or a hyphen does.
    where = _cuts(space, key)
    strange += [lab.new(f"strange{n}", one, actor=strange[0].actor) for n, (one, _) in enumerate(where)]
    held = first.get_or_compute.begin(key, Compute("slow", takes=6))
    let_compute(lab)
    others = (other, f"{part}:y", f"{key}*", key.upper(), f"{key} ", key.replace(":", "_"))
    others += (f"{key}é", key.replace(":", "\uff1a"))  # this colon is normalised to the usual one
    there = zip(strange, (key, *(rest for _, rest in where)), strict=True)
    for caller, name in (*there, *((second, one) for one in others)):
        began, hint, place = lab.waited, "A lock is for one key: is the whole key part of its name?", ""
        if caller is not second:
            hint = (
                "A lock is for one key of one namespace: is the namespace part of its name, and well apart?"
            )
            place = " in another namespace"
        elif not name.isascii():
            hint = "A key is in the name of its lock as it is: not normalised, and no character left out."
        expect(caller.get_or_compute(name, Compute("quick"))).to_equal("quick", hint=hint)
        what = f"The seconds that a caller of {short(name)}{place} took while another computed "
        expect(round(lab.waited - began, 2), what + short(key)).to_be_between(0, 1, hint=hint)
    lab.advance(7)
    expect(held.value()).to_equal("slow")


def _cuts(space: str, key: str) -> list[tuple[str, str]]:
    """Namespaces and keys that read as these two where nothing, a hyphen or a line stands between."""
    first, _, rest = key.partition("-_")
    return [(f"{space}{first}", f"-_{rest}"), (f"{space}-{first}", f"_{rest}"), (f"{space}_{first}-", rest)]


@check(points=0.5, objective="patterns", guide="cache-stampede")
def test_threads_with_different_keys_do_not_wait(lab: Lab, cache: StandIn, rand: Random) -> None:
    """Threads of one process that want different keys do not wait for each other."""
    # More than a pool of ten has places, and some are hard to tell apart for a few locks.
    keys = (*SAME_SHORT_HASH, *words(rand, 3))
    lab.new("strange", word(rand), actor=cache.actor)
    cache.get_or_compute("alone", Compute(1, name="alone"), ttl=SHORT)
    ttls = dict.fromkeys(keys, 1000) | {keys[1]: SHORT}
    # One key is wanted twice, and in another namespace too, where it is computed sooner.
    wanted = [("cache", key, Compute(key, takes=2.5, name=key)) for key in (*keys, keys[0])]
    wanted.append(("strange", keys[0], Compute("strange", takes=1.2, name="strange")))
    answers = lab.together(
        cache.actor,
        [Call("get_or_compute", (key, compute), {"ttl": ttls[key]}, on) for on, key, compute in wanted],
    )
    right, values = [compute.value for _, _, compute in wanted], [given(one) for one in answers]
    hint = why_value(values, right, "Each of them has the value of its own key, in its own namespace.")
    expect(values, "What the threads returned").to_equal(right, hint)
    # That one begins twice is no matter here.
    begun = {one.name: one.begin for one in reversed(lab.computed) if one.name != "alone"}
    expect(sorted(begun), "The keys that were computed").to_equal(sorted((*keys, "strange")))
    expect(cache.get_many(keys), "What get_many gave").to_equal({key: key for key in keys}, hint=IN_SELF)
    hint = "No lock of the process, and no place in a pool, may be waited for, unless it is the key's own."
    apart = round(max(begun.values()) - min(begun.values()), 2)
    expect(apart, "The seconds between the first compute() and the last").to_be_between(0, 1, hint=hint)
    lab.advance(SHORT + 5)
    if cache.get("alone") is None:  # else another check says so
        later = f"{SHORT + 5} seconds later, where the second key had a ttl of {SHORT},"
        what = f"What is left of two keys {later}"
        expect(stored(cache, keys[:2]), what).to_equal({keys[0]: keys[0]}, hint=IN_SELF)
