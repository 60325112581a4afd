"""Checks of single scores: submit, add, score, remove, size."""

from math import inf, nextafter
from random import Random

from grader.suites.board_crowd import HUGE, PLAYERS, CrowdedBoard
from grader.suites.board_entries import BOUNDS, EXACT, OWN, expect_around, expect_entries
from grader.suites.board_hints import NO_SCORE, REMOVED, SIZE, ask, is_near, of_a_score, of_a_sum
from grader.suites.board_model import BoardModel
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word, words

ALL = "The whole board counts, however many players are on it."
START = "add begins with the score as it is, 0 for a new player, and returns the whole sum."
TIMED = "With a ttl the answer is the same: EXPIRE has a reply of its own, which is not that of the change."
TO_THE_LAST_BIT = (
    "The sum is Python's to the last bit, as ZINCRBY gives it: not rounded, not through tostring() of "
    "Lua, which keeps 14 digits, nor HINCRBYFLOAT, which has more digits than a float."
)
STORED = "What add returns is what the board holds."
MOST, LEAST = 1.7976931348623157e308, 5e-324  # the largest float, and the smallest above 0


def points(rand: Random) -> float:
    """A score with a few decimals, above 0."""
    return rand.randrange(1, 10**6) / 8


@check(points=0.5, objective="values", guide="sorted-sets")
def test_submit_keeps_the_best(lab: Lab, board: StandIn, rand: Random) -> None:
    """submit keeps the player's best score."""
    (ann, bob), best = words(rand, 2), points(rand)
    first = "The first score is stored as it is: nothing is rounded, and it may be negative."
    better = "A lower score never replaces a higher one, and a higher one always replaces a lower one."
    for player, given, kept, usual in (
        (ann, best, best, first),
        (ann, best - 0.5, best, better),
        (ann, best + 0.5, best + 0.5, better),
        (bob, -best, -best, first),
        (bob, -best - 1, -best, better),
        (bob, -0.25, -0.25, better),
    ):
        board.submit(player, given)
        seen, hint = ask(lab, board.score, player, hint=usual)
        expect(seen, f"The score after submit({player!r}, {given!r})").to_equal(kept, hint=hint)


@check(points=0.5, objective="values", guide="sorted-sets")
def test_submit_says_whether_the_board_changed(board: StandIn, timed: StandIn, rand: Random) -> None:
    """submit is True where the board changed, and False where it did not."""
    (ann, bob), best = words(rand, 2), points(rand)
    expect(board.submit(ann, best)).to_equal(True, hint="A new player changes the board.")
    expect(board.submit(ann, best)).to_equal(False, hint="An equal score changes nothing.")
    expect(board.submit(ann, best - 1)).to_equal(False, hint="A lower score changes nothing.")
    expect(board.submit(ann, best + 1)).to_equal(
        True, hint="A better score changes the board, also for a player who was there."
    )
    hint = "A score that is better in its last bit alone is better: scores are compared as they are."
    expect(board.submit(ann, nextafter(best + 1, inf))).to_equal(True, hint=hint)
    hint = "0 is a score like any other: better than none at all, and than any below it."
    expect(board.submit(bob, 0.0)).to_equal(True, hint=hint)
    expect(board.submit(bob, -best)).to_equal(False, hint=hint)
    expect(board.score(bob)).to_equal(0.0, hint=hint)
    for score, changed in ((best, True), (best, False), (best - 1, False), (best + 1, True)):
        what = f"What submit({score!r}) gave on a board with a ttl"
        expect(timed.submit(ann, score), what).to_equal(changed, hint=TIMED)


@check(points=0.5, objective="values", guide="sorted-sets")
def test_add_returns_the_new_score(board: StandIn, timed: StandIn, rand: Random) -> None:
    """add adds points, or takes them away, starting at 0, and returns the new score."""
    (ann, bob), first = words(rand, 2), points(rand)
    expect_sum(board, ann, first, first, "A new player starts at 0, and the first points count.")
    expect_sum(board, ann, 2.5, first + 2.5, "The new score is returned, as a float.")
    expect_sum(board, ann, -first, 2.5, "Negative points are taken away.")
    expect(board.score(ann)).to_equal(2.5, hint=STORED)
    expect_sum(board, bob, -1.5, -1.5, "A score may fall below 0.")
    expect(board.score(bob)).to_equal(-1.5, hint=STORED)
    zero = "A score that falls to 0 is a score like any other: the player stays on the board."
    expect_sum(board, ann, -2.5, 0.0, zero)
    expect(board.score(ann), "The score that fell to 0").to_equal(0.0, hint=zero)
    for more, total in ((-first, -first), (2.5, 2.5 - first)):
        what = f"What add({more!r}) gave on a board with a ttl"
        seen = timed.add(ann, more)
        expect(seen, what).to_equal(total, hint=of_a_sum(seen, total, more, TIMED))


def expect_sum(board: StandIn, player: str, more: float, wanted: float, usual: str) -> None:
    """Adding so many points gives this score; the hint is ``usual`` where nothing seen says more."""
    seen = board.add(player, more)
    expect(seen).to_equal(wanted, hint=of_a_sum(seen, wanted, more, usual))


@check(points=0.5, objective="values", guide="sorted-sets")
def test_add_of_nothing_puts_on_the_board(board: StandIn, rand: Random) -> None:
    """Adding 0 points puts a new player on the board, and leaves one who is there as they are."""
    ann, bob = words(rand, 2)
    hint = "0 points are points: the player is on the board with score 0."
    expect_sum(board, ann, 0.0, 0.0, hint)
    expect(board.score(ann)).to_equal(0.0, hint=hint)
    expect(board.size()).to_equal(1, hint=hint)
    board.add(bob, 3.0)
    expect_sum(board, bob, 0.0, 3.0, "0 points leave the score as it is, and the score is returned.")
    expect(board.size()).to_equal(2, hint=hint)
    expect(board.remove(ann)).to_equal(True, hint=f"Who has a score of 0 is on the board. {REMOVED}")


@check(points=0.5, objective="values", guide="sorted-sets")
def test_submit_and_add_share_a_score(board: StandIn, rand: Random) -> None:
    """submit and add work on the same score."""
    ann = word(rand)
    board.submit(ann, 10.0)
    expect_sum(board, ann, 5.0, 15.0, "add begins with what submit has stored.")
    expect(board.submit(ann, 12.0)).to_equal(False, hint="15 is better than 12, wherever it comes from.")
    expect_sum(board, ann, -10.0, 5.0, "submit of a lower score has changed nothing.")
    hint = "12 is better than the 5 that add has left, so the board changes: ZADD needs CH to say so."
    expect(board.submit(ann, 12.0)).to_equal(True, hint=hint)
    expect(board.score(ann)).to_equal(12.0, hint="submit compares with the score as it is now.")


@check(points=0.5, objective="values", guide="sorted-sets")
def test_score_of_a_player(lab: Lab, board: StandIn, plain: CrowdedBoard, rand: Random) -> None:
    """score is the player's score, None where the player is not on the board."""
    (ann, bob), best = words(rand, 2), points(rand)
    expect(board.score(ann)).to_equal(None, hint=NO_SCORE)
    board.submit(ann, best)
    seen, hint = ask(lab, board.score, ann, hint="The score is what was submitted.")
    expect(seen).to_equal(best, hint=of_a_score(seen, best, hint))
    expect(board.score(bob)).to_equal(None, hint=NO_SCORE)
    board.remove(ann)
    seen, hint = ask(lab, board.score, ann, hint="A player who was removed has no score.")
    expect(seen).to_equal(None, hint=of_a_score(seen, None, hint))
    _, last, least = plain.crowd.entries[-1]
    plain.check(lab, lambda board: _score_of_the_last(board, last, least))


def _score_of_the_last(board: StandIn, player: str, score: float) -> None:
    expect(board.score(player), f"The score of the last of {PLAYERS:,} players").to_equal(score, hint=ALL)


@check(points=0.5, objective="values", guide="scores-and-floats")
def test_scores_keep_every_bit(board: StandIn, timed: StandIn, rand: Random) -> None:
    """Scores keep every bit: what was given comes back equal, from every method."""
    values = [0.1, 1 / 3, 0.1 + 0.2, 2.0**53 - 1, 123456789.12345679, 2.0**63, 1e22]
    values += [MOST, -MOST, LEAST, -1e-300, 1e-9, rand.random(), rand.uniform(-1e6, 1e6), 1 + 2**-52]
    given = dict(zip(words(rand, len(values)), values, strict=True))
    for player, value in given.items():
        board.submit(player, value)
        expect(board.score(player), f"The score {value!r}").to_equal(value, hint=EXACT)
    for player, value in list(given.items())[:4]:
        timed.submit(player, value)
        what = f"The score {value!r} on a board with a ttl"
        expect(timed.score(player), what).to_equal(value, hint=EXACT)
    model = BoardModel(given.items())
    everybody = "All players are on the board, in the order of their scores."
    expect_entries(board.top(20), model.entries(), everybody, board=model)
    expect(board.size(), "The size with the largest and the smallest scores").to_equal(len(given), hint=SIZE)
    for player in list(given)[:3]:
        expect_around(board.around(player), model, player)
    for value in values:
        expect_entries(board.between(value, value), model.between(value, value), BOUNDS, board=model)


@check(points=0.5, objective="values", guide="scores-and-floats")
def test_add_gives_what_plus_gives(board: StandIn, timed: StandIn, rand: Random) -> None:
    """add gives what Python's + gives, to the last bit."""
    sums = [(0.1, 0.2), (1e16, 1.0), (1 / 3, 1 / 7), (-0.7, 0.1), (123456789.125, 0.001), (1e308, 5e307)]
    sums += [(LEAST, LEAST), (rand.uniform(-1e9, 1e9), rand.random())]
    for pair in sums:
        expect_exact(board, word(rand), pair)
    for pair in (sums[2], sums[-1]):
        expect_exact(timed, word(rand), pair, " on a board with a ttl")
    player, total = word(rand, 7), 0.0
    for more in (0.1, 0.2, 0.3):  # one after the other: kept apart and summed exactly, they make 0.6
        seen, total = board.add(player, more), total + more
        expect(seen, f"The sum of all points up to {more!r}").to_equal(total, hint=TO_THE_LAST_BIT)


def expect_exact(board: StandIn, player: str, points: tuple[float, float], where: str = "") -> None:
    """A player who comes with so many points and gets more has their sum, to the last bit."""
    start, more = points
    board.add(player, start)
    seen, total = board.add(player, more), start + more
    near = isinstance(seen, int | float) and is_near(seen, total, abs(total) / 10)
    better = of_a_sum(seen, total, more, TO_THE_LAST_BIT if near else START)
    expect(seen, f"The sum {start!r} + {more!r}{where}").to_equal(total, hint=better)
    expect(board.score(player), f"The score after {start!r} + {more!r}{where}").to_equal(
        total, hint=TO_THE_LAST_BIT
    )


@check(points=0.5, objective="values", guide="sorted-sets")
def test_remove_says_whether_it_was_there(board: StandIn, timed: StandIn, rand: Random) -> None:
    """remove takes a player off the board; True where the player was on it, False where not."""
    ann, bob = words(rand, 2)
    expect(board.remove(ann)).to_equal(False, hint=f"Nobody is on an empty board. {REMOVED}")
    board.submit(ann, 5.0)
    board.submit(bob, 3.0)
    expect(board.remove(ann)).to_equal(True, hint=f"The player was on the board. {REMOVED}")
    expect(board.remove(ann)).to_equal(False, hint=f"The player was on the board no more. {REMOVED}")
    hint = "A player who was removed is on no list any more; who stays is."
    expect_entries(board.top(), [(1, bob, 3.0)], hint)
    around = board.around(bob)
    expect_entries(around, [(1, bob, 3.0)], hint if around else OWN)
    expect_entries(board.between(0.0, 9.0), [(1, bob, 3.0)], hint)
    expect_sum(board, ann, 1.0, 1.0, "Who comes back starts anew at 0.")
    timed.submit(bob, 3.0)
    seen = [timed.remove(ann), timed.remove(bob)]
    what = "What remove gave on a board with a ttl, of nobody and of who was there,"
    expect(seen, what).to_equal([False, True], hint=TIMED)


@check(points=0.5, objective="values", guide="sorted-sets")
def test_size_is_the_number_of_players(
    lab: Lab, board: StandIn, plain: CrowdedBoard, huge: CrowdedBoard, rand: Random
) -> None:
    """size is the number of players on the board."""
    ann, bob, cat = words(rand, 3)
    expect(board.size()).to_equal(0, hint="An empty board has size 0.")
    board.submit(ann, 5.0)
    board.submit(ann, 7.0)
    board.add(bob, -4.0)
    board.add(cat, 0.0)
    expect(board.size()).to_equal(3, hint=SIZE)
    board.remove(bob)
    board.remove(bob)
    expect(board.size()).to_equal(2, hint="Who was removed counts no more, and once is enough.")
    plain.check(lab, lambda board: _size_of_all(board, PLAYERS))
    huge.check(lab, lambda board: _size_of_all(board, HUGE))


def _size_of_all(board: StandIn, players: int) -> None:
    expect(board.size(), f"The size with {players:,} players").to_equal(players, hint=ALL)
