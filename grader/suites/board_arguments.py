"""Checks of what a leaderboard refuses."""

from collections.abc import Iterator
from math import inf, nan
from random import Random

from grader.interleave.calls import Answer
from grader.suites.check import check
from grader.suites.expect import expect, expect_raised
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word, words


@check(points=0.5, objective="arguments", guide="scores-and-floats")
def test_scores_that_are_refused(board: StandIn, rand: Random) -> None:
    """Scores and points that are NaN or infinite raise ValueError; every other float is taken."""
    ann, bob = words(rand, 2)
    expect(board.submit(ann, -4.5)).to_equal(True, hint="A negative score is a score.")
    expect(board.add(ann, -1.0)).to_equal(-5.5, hint="Negative points are taken away.")
    for wrong in (nan, inf, -inf):
        for player in (ann, bob):
            for answer in (board.submit.answer(player, wrong), board.add.answer(player, wrong)):
                expect_raised(answer, ValueError, hint="math.isfinite tells all three from other floats.")
    hint = "A call that raises changes nothing."
    expect(board.score(ann)).to_equal(-5.5, hint=hint)
    expect(board.size()).to_equal(1, hint=hint)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_empty_names_are_refused(lab: Lab, board: StandIn, rand: Random) -> None:
    """An empty player or board raises ValueError, in every method that takes one."""
    ann = word(rand)
    board.submit(ann, 2.0)
    hint = "Readers refuse an empty name too, and so does the class."
    for answer in nameless(board):
        expect_raised(answer, ValueError, hint=hint)
    expect_raised(lab.try_new(""), ValueError, hint=hint)
    hint = "A call that raises changes nothing."
    expect(board.score(ann)).to_equal(2.0, hint=hint)
    expect(board.size()).to_equal(1, hint=hint)


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
    expect(board.top(1)).to_equal([(1, ann, 2.0)])


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_negative_radius(board: StandIn, rand: Random) -> None:
    """around with a negative radius raises ValueError, for an unknown player too."""
    ann, nobody = words(rand, 2)
    board.submit(ann, 2.0)
    for wrong in (-1, -rand.randrange(2, 50)):
        hint = "Bad arguments are refused before anything is read."
        expect_raised(board.around.answer(ann, wrong), ValueError, hint=hint)
        expect_raised(board.around.answer(nobody, wrong), ValueError, hint=hint)
    expect(board.around(ann, 0)).to_equal([(1, ann, 2.0)])


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_ttls_that_are_refused(lab: Lab, rand: Random) -> None:
    """A time-to-live is a whole number of seconds above 0: 0, negative numbers and 1.5 raise ValueError."""
    name = word(rand)
    for wrong in (0, -1, -rand.randrange(2, 999), 1.5):
        answer = lab.try_new(name, ttl=wrong)
        expect_raised(answer, ValueError, hint="0 is not None: check the time-to-live in the constructor.")
    board = lab.new("board", name, ttl=1)
    expect(board.add("ann", 1.0)).to_equal(1.0)


@check(points=0.5, objective="arguments", guide="bad-arguments")
def test_refused_before_anything_is_written(lab: Lab, rand: Random) -> None:
    """A call that is refused reads and writes nothing."""
    ann, ttl = word(rand), rand.randrange(100, 900)
    board = lab.new("board", word(rand), ttl=ttl)
    for answer in refused(board, ann):
        expect_raised(answer, ValueError, hint="Each method checks its arguments, first of all.")
    left = [state.key for state in lab.keys()]
    expect(left, "What is on the server").to_equal([], hint="Arguments are checked before the first command.")
    lab.advance(50)
    board.submit(ann, 1.0)
    with lab.tap() as tap:
        for answer in refused(board, ann):
            expect_raised(answer, ValueError, hint="Each method checks its arguments, first of all.")
    hint = "Whether a call is refused depends on its arguments alone: check them before the first command."
    expect(tap.touching, "The list of commands that refused calls sent").to_equal([], hint=hint)
    lab.advance(ttl - 2)
    expect(board.score(ann)).to_equal(1.0, hint="A refused call starts no time-to-live.")


def refused(board: StandIn, player: str) -> Iterator[Answer]:
    """What becomes of calls with a bad argument, one after the other, of each method that takes one."""
    yield board.submit.answer(player, inf)
    yield board.add.answer(player, nan)
    yield from nameless(board)
    yield board.around.answer(player, -1)
    yield board.top.answer(0)
