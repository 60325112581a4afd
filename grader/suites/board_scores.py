"""Checks of single scores: submit, add, score, remove, size."""

from random import Random

from grader.suites.board_model import BoardModel
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import StandIn
from grader.suites.names import word, words

MOST, LEAST = 1.7976931348623157e308, 5e-324  # the largest float, and the smallest above 0


def points(rand: Random) -> float:
    """A score with a few decimals, above 0."""
    return rand.randrange(1, 10**6) / 8


@check(points=0.5, objective="values", guide="sorted-sets")
def test_submit_keeps_the_best(board: StandIn, rand: Random) -> None:
    """submit keeps the player's best score."""
    (ann, bob), best = words(rand, 2), points(rand)
    hint = "A lower score never replaces a higher one, and a higher one always replaces a lower one."
    board.submit(ann, best)
    expect(board.score(ann)).to_equal(best, hint=hint)
    board.submit(ann, best - 0.5)
    expect(board.score(ann)).to_equal(best, hint=hint)
    board.submit(ann, best + 0.5)
    expect(board.score(ann)).to_equal(best + 0.5, hint=hint)
    board.submit(bob, -best)
    expect(board.score(bob)).to_equal(-best, hint="A score may be negative.")
    board.submit(bob, -best - 1)
    expect(board.score(bob)).to_equal(-best, hint=hint)
    board.submit(bob, -0.25)
    expect(board.score(bob)).to_equal(-0.25, hint=hint)


@check(points=0.5, objective="values", guide="sorted-sets")
def test_submit_says_whether_the_board_changed(board: StandIn, rand: Random) -> None:
    """submit is True where the board changed, and False where it did not."""
    (ann, bob), best = words(rand, 2), points(rand)
    expect(board.submit(ann, best)).to_equal(True, hint="A new player changes the board.")
    expect(board.submit(ann, best)).to_equal(False, hint="An equal score changes nothing.")
    expect(board.submit(ann, best - 1)).to_equal(False, hint="A lower score changes nothing.")
    expect(board.submit(ann, best + 1)).to_equal(
        True, hint="A better score changes the board, also for a player who was there."
    )
    hint = "0 is a score like any other: better than none at all, and than any below it."
    expect(board.submit(bob, 0.0)).to_equal(True, hint=hint)
    expect(board.submit(bob, -best)).to_equal(False, hint=hint)
    expect(board.score(bob)).to_equal(0.0, hint=hint)


@check(points=0.5, objective="values", guide="sorted-sets")
def test_add_returns_the_new_score(board: StandIn, rand: Random) -> None:
    """add adds points, or takes them away, starting at 0, and returns the new score."""
    (ann, bob), first = words(rand, 2), points(rand)
    expect(board.add(ann, first)).to_equal(first, hint="A new player starts at 0.")
    expect(board.add(ann, 2.5)).to_equal(first + 2.5, hint="The new score is returned, as a float.")
    expect(board.add(ann, -first)).to_equal(2.5, hint="Negative points are taken away.")
    expect(board.score(ann)).to_equal(2.5)
    expect(board.add(bob, -1.5)).to_equal(-1.5, hint="A score may fall below 0.")
    expect(board.score(bob)).to_equal(-1.5)


@check(points=0.5, objective="values", guide="sorted-sets")
def test_add_of_nothing_puts_on_the_board(board: StandIn, rand: Random) -> None:
    """Adding 0 points puts a new player on the board, and leaves one who is there as they are."""
    ann, bob = words(rand, 2)
    expect(board.add(ann, 0.0)).to_equal(0.0)
    hint = "0 points are points: the player is on the board with score 0."
    expect(board.score(ann)).to_equal(0.0, hint=hint)
    expect(board.size()).to_equal(1, hint=hint)
    board.add(bob, 3.0)
    expect(board.add(bob, 0.0)).to_equal(3.0)
    expect(board.size()).to_equal(2, hint=hint)


@check(points=0.5, objective="values", guide="sorted-sets")
def test_submit_and_add_share_a_score(board: StandIn, rand: Random) -> None:
    """submit and add work on the same score."""
    ann = word(rand)
    board.submit(ann, 10.0)
    expect(board.add(ann, 5.0)).to_equal(15.0, hint="add begins with what submit has stored.")
    expect(board.submit(ann, 12.0)).to_equal(False, hint="15 is better than 12, wherever it comes from.")
    expect(board.add(ann, -10.0)).to_equal(5.0)
    expect(board.submit(ann, 12.0)).to_equal(True, hint="submit compares with the score as it is now.")
    expect(board.score(ann)).to_equal(12.0)


@check(points=0.5, objective="values", guide="sorted-sets")
def test_score_of_a_player(board: StandIn, rand: Random) -> None:
    """score is the player's score, None where the player is not on the board."""
    (ann, bob), best = words(rand, 2), points(rand)
    expect(board.score(ann)).to_equal(None, hint="Who is not on the board has no score, not 0.")
    board.submit(ann, best)
    expect(board.score(ann)).to_equal(best)
    expect(board.score(bob)).to_equal(None, hint="Who is not on the board has no score, not 0.")
    board.remove(ann)
    expect(board.score(ann)).to_equal(None, hint="A player who was removed has no score.")


@check(points=0.5, objective="values", guide="scores-and-floats")
def test_scores_keep_every_bit(board: StandIn, rand: Random) -> None:
    """Scores keep every bit: what was given comes back equal, from every method."""
    values = [0.1, 1 / 3, 0.1 + 0.2, 2.0**53 - 1, 123456789.12345679, 2.0**63, 1e22]
    values += [MOST, -MOST, LEAST, -1e-300, 1e-9, rand.random(), rand.uniform(-1e6, 1e6), 1 + 2**-52]
    given = dict(zip(words(rand, len(values)), values, strict=True))
    hint = "A float goes to Valkey and back without loss: no rounding, no whole numbers, all 17 digits."
    for player, value in given.items():
        board.submit(player, value)
        expect(board.score(player), f"The score {value!r}").to_equal(value, hint=hint)
    model = BoardModel(given.items())
    expect(board.top(20)).to_equal(model.entries(), hint=hint)
    for player, value in list(given.items())[:3]:
        expect(board.around(player)).to_equal(model.around(player), hint=hint)
        expect(board.between(value, value)).to_equal(model.between(value, value), hint=hint)


@check(points=0.5, objective="values", guide="scores-and-floats")
def test_add_gives_what_plus_gives(board: StandIn, rand: Random) -> None:
    """add gives what Python's + gives, to the last bit."""
    hint = "Floats are added once, as 64-bit floats; a sum that goes through text needs 17 digits."
    for start, more in (
        (0.1, 0.2),
        (1e16, 1.0),
        (1 / 3, 1 / 7),
        (-0.7, 0.1),
        (123456789.125, 0.001),
        (1e308, 5e307),
        (LEAST, LEAST),
        (rand.uniform(-1e9, 1e9), rand.random()),
    ):
        player = word(rand)
        board.add(player, start)
        expect(board.add(player, more), f"{start!r} + {more!r}").to_equal(start + more, hint=hint)
        expect(board.score(player), f"The score after {start!r} + {more!r}").to_equal(start + more, hint=hint)


@check(points=0.5, objective="values", guide="sorted-sets")
def test_remove_says_whether_it_was_there(board: StandIn, rand: Random) -> None:
    """remove takes a player off the board; True where the player was on it, False where not."""
    ann, bob = words(rand, 2)
    expect(board.remove(ann)).to_equal(False, hint="Nobody is on an empty board.")
    board.submit(ann, 5.0)
    board.submit(bob, 3.0)
    expect(board.remove(ann)).to_equal(True, hint="The player was on the board.")
    expect(board.remove(ann)).to_equal(False, hint="The player was on the board no more.")
    hint = "A player who was removed is on no list any more."
    expect(board.top()).to_equal([(1, bob, 3.0)], hint=hint)
    expect(board.around(bob)).to_equal([(1, bob, 3.0)], hint=hint)
    expect(board.between(0.0, 9.0)).to_equal([(1, bob, 3.0)], hint=hint)
    expect(board.add(ann, 1.0)).to_equal(1.0, hint="Who comes back starts anew.")


@check(points=0.5, objective="values", guide="sorted-sets")
def test_size_is_the_number_of_players(board: StandIn, rand: Random) -> None:
    """size is the number of players on the board."""
    ann, bob, cat = words(rand, 3)
    expect(board.size()).to_equal(0, hint="An empty board has size 0.")
    board.submit(ann, 5.0)
    board.submit(ann, 7.0)
    board.add(bob, -4.0)
    board.add(cat, 0.0)
    expect(board.size()).to_equal(3, hint="Each player counts once, whatever the score is.")
    board.remove(bob)
    board.remove(bob)
    expect(board.size()).to_equal(2)
