"""Checks of what a leaderboard refuses."""

from collections.abc import Iterator, Sequence
from math import inf, nan
from random import Random

from grader.interleave.calls import Answer, Raised
from grader.suites.board_entries import RADIUS_0, expect_entries
from grader.suites.board_hints import SIZE, of_a_sum
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, expect_raised, sentence
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word, words

UNCHANGED = "A call that raises changes nothing."
WHOLE_SECONDS = "1.5 is no whole number of seconds: it is refused, not rounded."
EARLY = "Whether a call is refused depends on its arguments alone: check them before the first command."
FIRST = "Each method checks its arguments, first of all."


@check(points=0.5, objective="arguments", guide="scores-and-floats")
def test_scores_that_are_refused(board: StandIn, rand: Random) -> None:
    """Scores and points that are NaN or infinite raise ValueError; every other float is taken."""
    ann, bob = words(rand, 2)
    expect(board.submit(ann, -4.5)).to_equal(True, hint="A negative score is a score.")
    seen = board.add(ann, -1.0)
    expect(seen).to_equal(-5.5, hint=of_a_sum(seen, -5.5, -1.0, "Negative points are taken away."))
    for wrong in (nan, inf, -inf):
        for player in (ann, bob):
            for answer in (board.submit.answer(player, wrong), board.add.answer(player, wrong)):
                expect_raised(answer, ValueError, hint="math.isfinite tells all three from other floats.")
    expect(board.score(ann)).to_equal(-5.5, hint=UNCHANGED)
    expect_one_player(board)


def expect_one_player(board: StandIn) -> None:
    """Refused calls have put nobody on the board."""
    size = board.size()
    expect(size).to_equal(1, hint=SIZE if size == 0 else UNCHANGED)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_names_are_refused(lab: Lab, board: StandIn, rand: Random) -> None:
    """An empty player or board raises ValueError, in every method that takes one."""
    ann = word(rand)
    board.submit(ann, 2.0)
    hint = (
        "Every method that takes a player refuses an empty name, one that only reads too; so does the class."
    )
    for answer in nameless(board):
        expect_raised(answer, ValueError, hint=hint)
    expect_raised(lab.try_new(""), ValueError, hint=hint)
    expect(board.score(ann)).to_equal(2.0, hint=UNCHANGED)
    expect_one_player(board)


def nameless(board: StandIn) -> Iterator[Answer]:
    """What becomes of calls with an empty player, one after the other."""
    yield board.submit.answer("", 1.0)
    yield board.add.answer("", 1.0)
    yield board.score.answer("")
    yield board.rank.answer("")
    yield board.around.answer("")
    yield board.remove.answer("")


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_top_of_less_than_one(board: StandIn, rand: Random) -> None:
    """top with n below 1 raises ValueError."""
    ann = word(rand)
    for wrong in (0, -1, -rand.randrange(2, 50)):
        expect_raised(board.top.answer(wrong), ValueError, hint="Check n first, on an empty board too.")
    board.submit(ann, 2.0)
    for wrong in (0, -1, -rand.randrange(2, 50)):
        expect_raised(board.top.answer(wrong), ValueError, hint="To ZRANGE a negative index is the end.")
    expect_entries(board.top(1), [(1, ann, 2.0)], "1 is a good n: the first entry.")


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_negative_radius(board: StandIn, rand: Random) -> None:
    """around with a negative radius raises ValueError, for an unknown player too."""
    ann, nobody = words(rand, 2)
    board.submit(ann, 2.0)
    for wrong in (-1, -rand.randrange(2, 50)):
        hint = "Bad arguments are refused before anything is read."
        expect_raised(board.around.answer(ann, wrong), ValueError, hint=hint)
        expect_raised(board.around.answer(nobody, wrong), ValueError, hint=hint)
    expect_entries(board.around(ann, 0), [(1, ann, 2.0)], RADIUS_0)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_ttls_that_are_refused(lab: Lab, rand: Random) -> None:
    """A time-to-live is a whole number of seconds above 0: 0, negative numbers and 1.5 raise ValueError."""
    name = word(rand)
    usual = "Check the time-to-live in the constructor, before anything else."
    hints = {0: "0 is not None: check the time-to-live in the constructor.", 1.5: WHOLE_SECONDS}
    for wrong in (0, -1, -rand.randrange(2, 999), 1.5):
        expect_raised(lab.try_new(name, ttl=wrong), ValueError, hint=hints.get(wrong, usual))
    board = lab.new("board", name, ttl=1)
    seen = board.add("ann", 1.0)
    expect(seen).to_equal(1.0, hint=of_a_sum(seen, 1.0, 1.0, "A time-to-live of 1 is a good one."))


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_refused_before_anything_is_written(lab: Lab, rand: Random) -> None:
    """A call that is refused reads and writes nothing."""
    ann, ttl = word(rand), rand.randrange(100, 900)
    name = word(rand)
    board = lab.new("board", name, ttl=ttl)
    made = keys_beside(lab)  # an object may have a helper key from its beginning
    writers = []
    for answer in refused(board, ann):
        expect_raised(answer, ValueError, hint=FIRST)
        writers += [lab.last_call] if keys_beside(lab, made) else []
    if left := keys_beside(lab, made):
        lab.last_call = next(iter(writers), lab.last_call)
        nothing, seen = (
            sentence("nothing is on the server"),
            sentence(f"the key {left[0]!r} is there"),
        )
        raise CheckFailedError("A call that was refused has written.", nothing, seen, EARLY)
    lab.advance(50)
    board.submit(ann, 1.0)
    wrong_ttls(lab, board, name, ann)
    talkative: list[str] = []  # calls that sent anything
    with lab.tap() as tap:
        number = lab.stage.relay.last_number
        for answer in refused(board, ann):
            expect_raised(answer, ValueError, hint=FIRST)
            number, before = lab.stage.relay.last_number, number
            if number > before:
                talkative.append(lab.last_call)
    if tap.touching:
        lab.last_call = next(iter(talkative), lab.last_call)
        seen = sentence(", ".join(dict.fromkeys(tap.touching)))
        raise CheckFailedError("Calls that were refused sent commands.", sentence("no command"), seen, EARLY)
    lab.advance(ttl - 2)
    hint = (
        "The time-to-live, in seconds, begins with the first score: neither a refused call nor a new object "
        "starts it."
    )
    expect(board.score(ann)).to_equal(1.0, hint=hint)


def wrong_ttls(lab: Lab, board: StandIn, name: str, player: str) -> None:
    """A board that is there stays as it is when an object is made for it with a bad time-to-live."""
    for wrong in (0, -1):
        with lab.tap() as tap:
            answer = lab.try_new(name, ttl=wrong)
        if not isinstance(answer, Raised):
            continue  # another check looks at that
        asked = lab.last_call
        expect(tap.touching, f"The list of commands sent by {asked}").to_equal([], hint=EARLY)
        expect(board.score(player), f"The score after {asked}").to_equal(1.0, hint=UNCHANGED)


def keys_beside(lab: Lab, others: Sequence[str] = ()) -> list[str]:
    """The names of the keys on the server, without those."""
    return [state.key for state in lab.keys() if state.key not in others]


def refused(board: StandIn, player: str) -> Iterator[Answer]:
    """What becomes of calls with a bad argument, one after the other, of each method that takes one."""
    yield board.submit.answer(player, inf)
    yield board.add.answer(player, nan)
    yield from nameless(board)
    yield board.around.answer(player, -1)
    yield board.top.answer(0)
