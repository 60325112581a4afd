"""Checks of the rate limiter: two callers at once, and crashes."""

from random import Random

from grader.interleave.calls import Call, Returned
from grader.interleave.explorer import Ending
from grader.suites.check import check
from grader.suites.clues import pick
from grader.suites.expect import CheckFailedError
from grader.suites.lab import Calls, Lab, Scenario, StandIn
from grader.suites.limiter_rules import allowed, fill, is_answer
from grader.suites.names import word, words

limiter = Calls("limiter")
ALONE = "Here one hit followed the other: each counts, in every process, and two of the same moment are two."
EXACT = (
    "Exactly limit are allowed: counting and adding are one atomic step, and the last that fits is let in."
)


def exactly(wanted: int, left: int, ending: Ending) -> str:
    """So many of the hits raced were allowed, and of those that follow so many."""
    values = [answer.value for answer in ending.answers if isinstance(answer, Returned)]
    right = [value for value in values if is_answer(value) and value[0] == True]  # noqa: E712 - 1 serves too
    if len(values) < len(ending.answers) or len(right) != wanted:
        return f"{len(right)} of {len(ending.answers)} hits at once were allowed where {wanted} fitted."
    after = [
        isinstance(answer, Returned) and is_answer(answer.value) and answer.value[0] for answer in ending.look
    ]
    if after != [number < left for number in range(len(after))]:
        return f"Afterwards {sum(map(bool, after))} more were allowed where {left} fitted."
    return ""


@check(points=1.5, objective="atomicity", guide="rate-limiting")
def test_two_hits_at_once(lab: Lab, rand: Random) -> None:
    """The limit is exact: of hits at the same time no more are allowed than fit, and no fewer."""
    user = word(rand)
    hint = pick("Counting and adding must be one atomic step.", "hit", ALONE)
    for limit, before, callers in ((2, 0, 2), (2, 1, 2), (3, 0, 2), (2, 0, 3)):
        hit = limiter.hit(user)
        scenario = Scenario(
            {"limiter": (f"login {limit}", limit, 600)},
            together=(hit,) * callers,
            setup=(hit,) * before,
            look=(hit,) * 2,
        )
        fits = min(callers, limit - before)
        lab.race(scenario, lambda end, f=fits, lim=limit, b=before: exactly(f, lim - b - f, end), hint)


@check(points=0.5, objective="atomicity", guide="rate-limiting")
def test_fifty_hits_at_once(lab: Lab, rand: Random) -> None:
    """Of 50 hits at the same time exactly limit are allowed, in the threads of one process."""
    limit, user = rand.randrange(5, 20), word(rand)
    store = lab.new("limiter", word(rand), limit, 600)
    answers = lab.together(store.actor, [limiter.hit(user)] * 50)
    ending = Ending(tuple(answers), (store.hit.answer(user),))
    if verdict := exactly(limit, 0, ending):
        raise CheckFailedError(verdict, None, None, EXACT)


@check(points=0.5, objective="crashes", guide="crashes-and-expiry")
def test_every_key_expires(lab: Lab, rand: Random) -> None:
    """Every key that the module writes has an expiry, helper keys too."""
    user, store = word(rand), lab.new("limiter", word(rand), 3, 60)
    hint = "Each write sets the expiry with the data, in one atomic step."
    allowed(store, user, 1)
    lab.expect_every_key_expires(hint=hint)
    fill(store, user, 2)
    lab.expect_every_key_expires(hint=hint)
    store.reset(user)
    lab.expect_every_key_expires(hint=hint)


@check(points=1, objective="crashes", guide="crashes-and-expiry", needs=("every_key_expires",))
def test_a_crash_in_hit(lab: Lab, rand: Random) -> None:
    """No crash leaves a key that never expires; one in hit lets no more through than the limit."""
    name, user = words(rand, 2)
    witness = lab.enter()

    def prepare(method: str) -> tuple[StandIn, Call]:
        lab.empty()
        store = lab.new("limiter", name, 3, 60, actor=lab.enter())
        if method == "hit":
            return store, limiter.hit(user)
        allowed(store, user, 1)
        return store, limiter.reset(user)

    def judge() -> str:
        if eternal := lab.eternal_keys():
            return f"The crash left the key {eternal[0]!r} without an expiry."
        store = lab.new("limiter", name, 3, 60, actor=witness)
        seen = [store.hit(user) for _ in range(5)]
        fitted = sum(is_answer(value) and value[0] == True for value in seen)  # noqa: E712 - 1 serves too
        return "" if 0 < fitted < 5 else f"After the crash five hits gave {seen}, with a limit of 3."

    hint = "What is written and its expiry go in one atomic step: MULTI/EXEC or a script."
    for method in ("hit", "reset"):
        lab.crash_in(lambda method=method: prepare(method), judge, hint)
