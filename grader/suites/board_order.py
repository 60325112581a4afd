"""Checks of the board's order: ranks, top, around, between."""

from math import inf, nextafter
from random import Random

from grader.suites.board_model import BoardModel
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import StandIn
from grader.suites.names import word, words

TIES = "Among equal scores the order is that of the players' UTF-8 bytes, ascending."


def filled(board: StandIn, scores: dict[str, float]) -> BoardModel:
    """Put players on the board, and on a model of it."""
    board.submit.many([[player, score] for player, score in scores.items()])
    return BoardModel(scores.items())


def mixed(board: StandIn, rand: Random, count: int = 12) -> BoardModel:
    """Random players, some with equal scores."""
    scores = [rand.randrange(-20, 20) / 4 for _ in range(count // 3 * 2)]
    scores += [rand.choice(scores) for _ in range(count - len(scores))]
    return filled(board, dict(zip(words(rand, count), scores, strict=True)))


# Ranks


@check(points=0.5, objective="ordering", guide="ties-and-ranks")
def test_rank_counts_from_one(board: StandIn, rand: Random) -> None:
    """rank is 1 for the highest score, and None for who is not on the board."""
    ann, bob, cat, dan, eve = words(rand, 5)
    expect(board.rank(ann)).to_equal(None, hint="Who is not on the board has no rank.")
    filled(board, {ann: 1.5, bob: 30.0, cat: -2.0, eve: 0.0})
    ranks = [board.rank(player) for player in (bob, ann, eve, cat)]
    hint = "The highest score has rank 1, and a score of 0 has a rank like any other."
    expect(ranks, "The list of ranks").to_equal([1, 2, 3, 4], hint=hint)
    expect(board.rank(dan)).to_equal(None, hint="Who is not on the board has no rank.")


@check(points=0.5, objective="ordering", guide="ties-and-ranks")
def test_equals_share_a_rank(board: StandIn, rand: Random) -> None:
    """Equal scores share a rank, and the next rank counts them all: 50, 40, 40, 30 have 1, 2, 2, 4."""
    players = words(rand, 8)
    scores = dict(zip(players, (50.0, 40.0, 40.0, 30.0, 30.0, 7.0, 0.0, -0.0), strict=True))
    model = filled(board, scores)
    hint = "A rank is one more than the number of players with a higher score."
    seen = {player: board.rank(player) for player in players}
    expect(seen, "What rank gives").to_equal({p: model.rank(p) for p in players}, hint=hint)
    expect(board.top()).to_equal(model.entries(), hint=hint)
    for player in (players[3], players[6]):
        expect(board.around(player, 1)).to_equal(model.around(player, 1), hint=hint)
    hint = "A rank in a list is the rank on the whole board."
    expect(board.between(0.0, 30.0)).to_equal(model.between(0.0, 30.0), hint=hint)


@check(points=0.5, objective="ordering", guide="scores-and-floats")
def test_close_scores_have_ranks_of_their_own(board: StandIn, rand: Random) -> None:
    """Scores that differ in their last bit are not equal: each has a rank of its own."""
    low = rand.uniform(1, 1000)
    players = words(rand, 3)
    middle = nextafter(low, inf)
    model = filled(board, dict(zip(players, (low, middle, nextafter(middle, inf)), strict=True)))
    hint = "Scores are compared as they are, with all their digits."
    expect([board.rank(player) for player in players], "The list of ranks").to_equal([3, 2, 1], hint=hint)
    expect(board.top()).to_equal(model.entries(), hint=hint)
    expect(board.between(middle, middle)).to_equal(model.between(middle, middle), hint=hint)


# top


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_top_is_the_first_n(board: StandIn, rand: Random) -> None:
    """top(n) is the first n entries in board order, highest score first."""
    expect(board.top(3)).to_equal([], hint="An empty board gives an empty list.")
    model = mixed(board, rand)
    for n in (1, 3, 7, 12, 500):
        expect(board.top(n), f"top({n})").to_equal(model.top(n), hint="The n best, and no more.")


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_top_is_ten_by_default(board: StandIn, rand: Random) -> None:
    """top gives 10 entries unless told otherwise."""
    model = mixed(board, rand, 15)
    expect(board.top()).to_equal(model.top(10), hint="n is 10 where the caller doesn't say.")
    expect(board.top(n=11)).to_equal(model.top(11))


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_entries_are_tuples(board: StandIn, rand: Random) -> None:
    """An entry is the tuple (rank, player, score), and the entries come in a list."""
    ann, bob = words(rand, 2)
    filled(board, {ann: 2.5, bob: 1.0})
    wanted = [(1, ann, 2.5), (2, bob, 1.0)]
    hint = "A list of tuples, each with an int, a str and a float, in this order."
    expect(board.top(), "What top returns").to_equal(wanted, hint=hint)
    expect(board.around(ann), "What around returns").to_equal(wanted, hint=hint)
    expect(board.between(0.0, 5.0), "What between returns").to_equal(wanted, hint=hint)


@check(points=0.5, objective="ordering", guide="ties-and-ranks")
def test_equals_in_the_order_of_their_bytes(board: StandIn, rand: Random) -> None:
    """Players with equal scores are in ascending order of their UTF-8 bytes."""
    base = word(rand, 3)
    names = [base, base.upper(), base + "a", base + "Z", base + "é", base + "z", base + "\uffee", base + "😀"]
    names += [base + " ", base + "!", "~" + base, " " + base, "9" + base, "10" + base, "é" + base, "Ω" + base]
    rand.shuffle(names)
    model = filled(board, dict.fromkeys(names, 7.25))
    expect(board.top(20)).to_equal(model.entries(), hint=TIES)
    expect(board.between(7.25, 7.25)).to_equal(model.entries(), hint=TIES)
    expect(board.around(base, 3)).to_equal(model.around(base, 3), hint=TIES)


@check(points=0.5, objective="ordering", guide="ties-and-ranks")
def test_a_tie_at_the_end_of_top(board: StandIn, rand: Random) -> None:
    """Where n cuts through equal scores, top gives the first of them in board order."""
    players = words(rand, 9)
    model = filled(board, dict(zip(players, (9.0, 9.0, 5.0, 5.0, 5.0, 5.0, 5.0, 1.0, 1.0), strict=True)))
    hint = f"{TIES} Sorting what was cut off already can't mend that."
    for n in (1, 3, 4, 6, 8):
        expect(board.top(n), f"top({n})").to_equal(model.top(n), hint=hint)


# around


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_around_gives_the_neighbours(board: StandIn, rand: Random) -> None:
    """around is the player with up to radius neighbours on each side, 2 unless told otherwise."""
    model = mixed(board, rand)
    player = model.entries()[5][1]
    hint = "The player stands in the middle, in board order, with as many above as below."
    expect(board.around(player), "around without a radius").to_equal(model.around(player, 2), hint=hint)
    for radius in (1, 4):
        expect(board.around(player, radius)).to_equal(model.around(player, radius), hint=hint)


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_around_at_the_ends_of_the_board(board: StandIn, rand: Random) -> None:
    """At the top and at the bottom of the board around gives fewer neighbours."""
    model = mixed(board, rand)
    hint = "There is nobody above the first and below the last, and nobody else takes their place."
    for place in (0, 1, 10, 11):
        player = model.entries()[place][1]
        expect(board.around(player, 3)).to_equal(model.around(player, 3), hint=hint)
    expect(board.around(player, 500)).to_equal(model.entries(), hint=hint)


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_around_the_player_alone_and_nobody(board: StandIn, rand: Random) -> None:
    """around with radius 0 is the player alone; for an unknown player it is []."""
    nobody = word(rand, 9)
    expect(board.around(nobody)).to_equal([], hint="Nobody stands on an empty board.")
    model = mixed(board, rand)
    for place in (0, 4, 11):
        player = model.entries()[place][1]
        expect(board.around(player, 0)).to_equal(
            [model.entries()[place]], hint="0 is a radius: the player alone."
        )
    hint = "Nobody stands around a player who is not on the board."
    expect(board.around(nobody)).to_equal([], hint=hint)
    expect(board.around(nobody, 0)).to_equal([], hint=hint)


@check(points=0.5, objective="ordering", guide="ties-and-ranks")
def test_around_among_equals(board: StandIn, rand: Random) -> None:
    """Among equal scores the neighbours are those next in board order, with the rank that all share."""
    players = words(rand, 13)
    model = filled(board, dict(zip(players, [8.0] * 2 + [5.5] * 8 + [2.0] * 3, strict=True)))
    for place in (1, 3, 6, 9, 11):
        player = model.entries()[place][1]
        expect(board.around(player, 2)).to_equal(model.around(player, 2), hint=TIES)


# between


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_between_gives_all_within(board: StandIn, rand: Random) -> None:
    """between is all entries with low <= score <= high, both ends included, in board order."""
    names = words(rand, 7)
    scores = dict(zip(names, (9.5, 7.125, 7.125, 3.001, 0.0, -2.25, -7.5), strict=True))
    expect(board.between(1.0, 2.0)).to_equal([], hint="An empty board gives an empty list.")
    model = filled(board, scores)
    hint = "Both bounds belong to it, exactly as they are; highest score first."
    for low, high in ((3.001, 7.125), (-2.25, 3.001), (7.13, 9.4), (0.0, 0.0), (-7.5, 9.5), (3.002, 7.124)):
        expect(board.between(low, high), f"between({low}, {high})").to_equal(
            model.between(low, high), hint=hint
        )


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_between_with_infinite_bounds(board: StandIn, rand: Random) -> None:
    """The bounds of between may be infinite."""
    expect(board.between(-inf, inf)).to_equal([], hint="An empty board gives an empty list.")
    model = mixed(board, rand)
    middle = model.entries()[5][2]
    for low, high in ((-inf, inf), (middle, inf), (-inf, middle), (inf, inf)):
        expect(board.between(low, high), f"between({low}, {high})").to_equal(
            model.between(low, high), hint="float('inf') and float('-inf') are bounds like any other."
        )


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_between_the_wrong_way_round(board: StandIn, rand: Random) -> None:
    """between gives [] where low is above high."""
    model = filled(board, dict(zip(words(rand, 3), (1.0, 2.0, 3.0), strict=True)))
    hint = "No score is at least 3 and at most 1: that is no error, and no reason to swap them."
    expect(board.between(3.0, 1.0)).to_equal([], hint=hint)
    expect(board.between(inf, -inf)).to_equal([], hint=hint)
    expect(board.between(1.0, 3.0)).to_equal(model.entries())
