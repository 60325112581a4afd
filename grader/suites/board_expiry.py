"""Checks of a board's time-to-live."""

from random import Random

from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word, words

DAY, YEAR = 86400, 365 * 86400
# Times are checked to within a second; what is more is for a machine that is busy in between.
SLACK = 1.5


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_the_board_expires(lab: Lab, rand: Random) -> None:
    """With a ttl the whole board expires that many seconds after its first score."""
    (ann, bob), ttl = words(rand, 2), rand.randrange(50, 900)
    board = lab.new("board", word(rand), ttl=ttl)
    board.submit(ann, 2.0)
    board.add(bob, 1.0)
    lab.advance(ttl - SLACK)
    seen = [board.score(ann), board.score(bob), board.size()]
    expect(seen, "What the board holds before its end").to_equal([2.0, 1.0, 2], hint="It expired too early.")
    lab.advance(2 * SLACK)
    hint = "It should have expired, with all its players. Are these seconds?"
    expect(board.size()).to_equal(0, hint=hint)
    expect(board.score(ann)).to_equal(None, hint=hint)
    expect(board.top()).to_equal([], hint=hint)
    season = lab.new("season", word(rand), ttl=90 * DAY)
    season.submit(ann, 4.0)
    lab.advance(89 * DAY)
    hint = "A ttl is any whole number of seconds, ninety days too."
    expect(season.score(ann), "The score 89 days after a board with a ttl of 90 days began").to_equal(
        4.0, hint
    )


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_later_scores_do_not_extend(lab: Lab, rand: Random) -> None:
    """Later scores do not extend a board's time-to-live, and nothing else does."""
    (ann, bob, cat), ttl = words(rand, 3), rand.randrange(100, 900)
    for place, method in enumerate(("submit", "add", "remove", "a new object of the board")):
        name = f"{word(rand)}{place}"
        board = lab.new(f"board{place}", name, ttl=ttl)
        for player in (ann, bob):
            board.submit(player, 2.0)
        lab.advance(50)
        if method == "remove":
            board.remove(bob)
            read_all(board, ann)
        elif " " in method:
            lab.new(f"again{place}", name, ttl=ttl)
            board.submit(cat, 1.0)
        else:
            getattr(board, method)(ann, 9.0)
            getattr(board, method)(bob, 1.0)
            getattr(board, method)(cat, 3.0)
        lab.advance(ttl - 50 - SLACK)
        size = 1 if method == "remove" else 3
        expect(board.size()).to_equal(size, hint=f"It expired too early, perhaps by {method}.")
        lab.advance(2 * SLACK)
        hint = f"A board has its expiry from its first score on: {method} must not set it anew."
        if method == "remove":
            hint += " Reading must not, either."
        seconds = f"The size {ttl + SLACK:g} seconds after the first score"
        expect(board.size(), seconds).to_equal(0, hint=hint)


def read_all(board: StandIn, player: str) -> None:
    """Call every reading method; what it answers is another check's affair."""
    board.score.answer(player)
    board.rank.answer(player)
    board.top.answer()
    board.around.answer(player)
    board.between.answer(-9.0, 9.0)
    board.size.answer()


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
        lab.advance(ttl - SLACK)
        hint = "Time runs from the moment when the first score is stored."
        expect(board.score(ann), f"The score {ttl - SLACK:g} seconds after {method}").to_equal(1.5, hint=hint)
        lab.advance(2 * SLACK)
        hint = f"A board that begins with {method} has its expiry too."
        expect(board.score(ann), f"The score {ttl + SLACK:g} seconds after {method}").to_equal(
            None, hint=hint
        )


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_a_board_starts_anew(lab: Lab, rand: Random) -> None:
    """A board that was emptied or ran out starts anew with its next score."""
    (ann, bob), ttl = words(rand, 2), rand.randrange(100, 900)
    board = lab.new("board", word(rand), ttl=ttl)
    board.submit(ann, 2.0)
    board.submit(bob, 5.0)
    lab.advance(60)
    board.remove(ann)
    board.remove(bob)
    hint = "The time-to-live begins again with the first score of a board that had none left."
    for method in ("add", "submit", "add"):
        getattr(board, method)(bob, 3.0)
        lab.advance(ttl - SLACK)
        seen = [board.score(bob), board.score(ann), board.top()]
        what = f"What the board that began anew with {method} holds"
        expect(seen, what).to_equal([3.0, None, [(1, bob, 3.0)]], hint=hint)
        lab.advance(2 * SLACK)
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
