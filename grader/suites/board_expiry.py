"""Checks of a board's time-to-live."""

from random import Random

from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab
from grader.suites.names import word, words

YEAR = 365 * 86400


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_the_board_expires(lab: Lab, rand: Random) -> None:
    """With a ttl the whole board expires that many seconds after its first score."""
    (ann, bob), ttl = words(rand, 2), rand.randrange(50, 900)
    board = lab.new("board", word(rand), ttl=ttl)
    board.submit(ann, 2.0)
    board.add(bob, 1.0)
    lab.advance(ttl - 1)
    seen = [board.score(ann), board.score(bob), board.size()]
    expect(seen, "What the board holds before its end").to_equal([2.0, 1.0, 2], hint="It expired too early.")
    lab.advance(2)
    hint = "It should have expired, with all its players. Are these seconds?"
    expect(board.size()).to_equal(0, hint=hint)
    expect(board.score(ann)).to_equal(None, hint=hint)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_later_scores_do_not_extend(lab: Lab, rand: Random) -> None:
    """Later scores do not extend a board's time-to-live."""
    (ann, bob, cat), ttl = words(rand, 3), rand.randrange(100, 900)
    for place, method in enumerate(("submit", "add")):
        board = lab.new(f"board{place}", f"{word(rand)}{place}", ttl=ttl)
        board.submit(ann, 2.0)
        lab.advance(50)
        getattr(board, method)(ann, 9.0)
        getattr(board, method)(bob, 3.0)
        lab.advance(ttl - 51)
        getattr(board, method)(cat, 4.0)
        expect(board.size()).to_equal(3, hint="It expired too early.")
        lab.advance(2)
        hint = f"{method} gave a board that had an expiry already a new one."
        expect(board.size(), f"The size {ttl + 1} seconds after the first score").to_equal(0, hint=hint)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_ttl_begins_with_the_first_score(lab: Lab, rand: Random) -> None:
    """The time-to-live begins with the first score, by submit or by add, not when the object is made."""
    ann, ttl = word(rand), rand.randrange(50, 900)
    for place, method in enumerate(("submit", "add")):
        board = lab.new(f"board{place}", f"{word(rand)}{place}", ttl=ttl)
        board.top()
        lab.advance(30)
        board.remove(ann)
        expect(board.score(ann)).to_equal(None)
        lab.advance(10)
        getattr(board, method)(ann, 1.5)
        lab.advance(ttl - 1)
        hint = "Time runs from the moment when the first score is stored."
        expect(board.score(ann), f"The score {ttl - 1} seconds after {method}").to_equal(1.5, hint=hint)
        lab.advance(2)
        hint = f"A board that begins with {method} has its expiry too."
        expect(board.score(ann), f"The score {ttl + 1} seconds after {method}").to_equal(None, hint=hint)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_a_board_starts_anew(lab: Lab, rand: Random) -> None:
    """A board that was emptied or ran out starts anew with its next score."""
    (ann, bob), ttl = words(rand, 2), rand.randrange(100, 900)
    board = lab.new("board", word(rand), ttl=ttl)
    board.submit(ann, 2.0)
    lab.advance(60)
    board.remove(ann)
    hint = "The time-to-live begins again with the first score of a board that had none left."
    for method in ("add", "submit", "add"):
        getattr(board, method)(bob, 3.0)
        lab.advance(ttl - 1)
        expect(board.score(bob), f"The score that began anew with {method}").to_equal(3.0, hint=hint)
        lab.advance(2)
        expect(board.size(), f"The size of the board that began anew with {method}").to_equal(0, hint=hint)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_without_ttl_a_board_stays(lab: Lab, rand: Random) -> None:
    """A board without a ttl never expires."""
    ann, bob = words(rand, 2)
    board = lab.new("board", word(rand))
    board.submit(ann, 2.0)
    lab.advance(YEAR)
    board.add(bob, 3.0)
    lab.advance(YEAR)
    hint = "ttl is None unless told otherwise: no expiry."
    expect([board.score(ann), board.score(bob)], "What the board holds").to_equal([2.0, 3.0], hint=hint)
