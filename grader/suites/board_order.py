"""Checks of the board's order: ranks, top, around, between."""

from math import inf, nextafter
from random import Random

from grader.suites.board_crowd import Crowd, CrowdedBoard
from grader.suites.board_entries import BOUNDS, FROM_ONE, expect_around, expect_entries
from grader.suites.board_hints import of_ranks
from grader.suites.board_model import BoardModel
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word, words

LEAST = 5e-324  # the smallest float above 0
DEFAULT = "n is 10 where the caller doesn't say."


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
def test_rank_counts_from_one(board: StandIn, timed: StandIn, rand: Random) -> None:
    """rank is 1 for the highest score, and None for who is not on the board."""
    ann, bob, cat, dan, eve = words(rand, 5)
    expect(board.rank(ann)).to_equal(None, hint="Who is not on the board has no rank.")
    filled(board, {ann: 1.5, bob: 30.0, cat: -2.0, eve: 0.0})
    ranks = [board.rank(player) for player in (bob, ann, eve, cat)]
    hint = "A score of 0 has a rank like any other." if None in ranks else of_ranks(ranks, [1, 2, 3, 4])
    expect(ranks, "The list of ranks").to_equal([1, 2, 3, 4], hint=hint)
    expect(board.rank(dan)).to_equal(None, hint="Who is not on the board has no rank.")
    filled(timed, {ann: 1.5, bob: 30.0, cat: 1.5, eve: -2.0})
    ranks = [timed.rank(player) for player in (bob, ann, cat, eve)]
    wanted = [1, 2, 2, 4]
    expect(ranks, "The list of ranks on a board with a ttl").to_equal(wanted, hint=of_ranks(ranks, wanted))


@check(points=0.5, objective="ordering", guide="ties-and-ranks")
def test_equals_share_a_rank(board: StandIn, rand: Random) -> None:
    """Equal scores share a rank, and the next rank counts them all: 50, 40, 40, 30 have 1, 2, 2, 4."""
    players = words(rand, 8)
    scores = dict(zip(players, (50.0, 40.0, 40.0, 30.0, 30.0, 7.0, 0.0, -0.0), strict=True))
    model = filled(board, scores)
    seen, wanted = ({player: on.rank(player) for player in players} for on in (board, model))
    hint = of_ranks(list(seen.values()), list(wanted.values()))
    expect(seen, "What rank gives").to_equal(wanted, hint=hint)
    expect_entries(board.top(), model.entries(), DEFAULT, board=model)
    for player in (players[3], players[6]):
        expect_around(board.around(player, 1), model, player, 1)
    expect_entries(board.between(0.0, 30.0), model.between(0.0, 30.0), BOUNDS, board=model)


@check(points=0.5, objective="ordering", guide="scores-and-floats")
def test_close_scores_have_ranks_of_their_own(board: StandIn, rand: Random) -> None:
    """Scores that differ in their last bit are not equal: each has a rank of its own."""
    low = rand.uniform(1, 2)  # where 16 digits do not tell neighbours apart
    *players, tiny, least = words(rand, 5)
    middle = nextafter(low, inf)
    scores = dict(zip(players, (low, middle, nextafter(middle, inf)), strict=True))
    model = filled(board, scores)
    ranks = [board.rank(player) for player in players]
    hint = "Scores are compared as they are, with all their digits."
    hint = FROM_ONE if ranks == [2, 1, 0] else hint
    expect(ranks, "The list of ranks").to_equal([3, 2, 1], hint=hint)
    expect_entries(board.top(), model.entries(), hint, board=model)
    expect_entries(board.between(middle, middle), model.between(middle, middle), BOUNDS, board=model)
    expect_entries(board.between(low, 2.0), model.entries(), BOUNDS, board=model)
    expect_around(board.around(players[1], 1), model, players[1], 1)
    model = filled(board, scores | {tiny: 2 * LEAST, least: LEAST})
    ranks = [board.rank(player) for player in (tiny, least)]
    expect(ranks, "The list of ranks of scores next to 0").to_equal([4, 5], hint=hint)
    expect_entries(board.between(LEAST, LEAST), model.between(LEAST, LEAST), BOUNDS, board=model)


# top


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_top_is_the_first_n(board: StandIn, rand: Random) -> None:
    """top(n) is the first n entries in board order, highest score first."""
    expect_entries(board.top(3), [], "An empty board gives an empty list.")
    model = mixed(board, rand)
    hint = "The n best, and no more: to ZRANGE the last index is part of the range."
    for n in (1, 3, 7, 12, 500):
        expect_entries(board.top(n), model.top(n), hint, f"top({n})", board=model)


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_top_is_ten_by_default(board: StandIn, rand: Random) -> None:
    """top gives 10 entries unless told otherwise."""
    model = mixed(board, rand, 15)
    expect_entries(board.top(), model.top(10), DEFAULT, board=model)
    expect_entries(board.top(n=11), model.top(11), "With n=11 the first 11.", board=model)


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_entries_are_tuples(board: StandIn, rand: Random) -> None:
    """An entry is the tuple (rank, player, score), and the entries come in a list."""
    ann, bob = words(rand, 2)
    filled(board, {ann: 2.5, bob: 1.0})
    wanted = [(1, ann, 2.5), (2, bob, 1.0)]
    hint = "Both players belong on the list, each with a tuple of rank, player and score."
    expect_entries(board.top(), wanted, hint, "What top returns")
    expect_entries(board.around(ann), wanted, hint, "What around returns")
    expect_entries(board.between(0.0, 5.0), wanted, hint, "What between returns")


@check(points=0.5, objective="ordering", guide="ties-and-ranks")
def test_equals_in_the_order_of_their_bytes(board: StandIn, rand: Random) -> None:
    """Players with equal scores are in ascending order of their UTF-8 bytes."""
    base = word(rand, 3)
    names = [base, base.upper(), base + "a", base + "Z", base + "é", base + "z", base + "\uffee", base + "😀"]
    names.append(base + "e\u0301")  # normalised, it would come after z
    names += [base + " ", base + "!", "~" + base, " " + base, "9" + base, "10" + base, "é" + base, "Ω" + base]
    names.append("😀" + base)  # no byte of any other is as high as its first
    names.append(base + "\0")  # no byte is lower, and yet the shorter name comes first
    rand.shuffle(names)
    model = filled(board, dict.fromkeys(names, 7.25))
    hint = "Each of these names is a player of its own: a name is used as it is, not trimmed, not changed."
    expect_entries(board.top(20), model.entries(), hint, board=model)
    within = board.between(7.25, 7.25)
    expect_entries(within, model.entries(), hint if within else BOUNDS, board=model)
    expect_around(board.around(base, 3), model, base, 3)


@check(points=0.5, objective="ordering", guide="ties-and-ranks")
def test_a_tie_at_the_end_of_top(board: StandIn, rand: Random) -> None:
    """Where n cuts through equal scores, top gives the first of them in board order."""
    players = words(rand, 9)
    model = filled(board, dict(zip(players, (9.0, 9.0, 5.0, 5.0, 5.0, 5.0, 5.0, 1.0, 1.0), strict=True)))
    hint = "The n best, and no more."
    for n in (1, 3, 4, 6, 8):
        expect_entries(board.top(n), model.top(n), hint, f"top({n})", board=model)


# around


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_around_gives_the_neighbours(board: StandIn, rand: Random) -> None:
    """around is the player with up to radius neighbours on each side, 2 unless told otherwise."""
    model = mixed(board, rand)
    player = model.entries()[5][1]
    expect_around(board.around(player), model, player, what="around without a radius")
    for radius in (1, 4):
        expect_around(board.around(player, radius), model, player, radius)


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_around_at_the_ends_of_the_board(board: StandIn, timed: StandIn, rand: Random) -> None:
    """At the top and at the bottom of the board around gives fewer neighbours."""
    model = mixed(board, rand)
    for place in (0, 1, 10, 11):
        player = model.entries()[place][1]
        expect_around(board.around(player, 3), model, player, 3)
    expect_around(board.around(player, 500), model, player, 500)
    model = mixed(timed, rand)
    for place in (0, 11):
        player = model.entries()[place][1]
        seen = timed.around(player, radius=3)
        expect_around(seen, model, player, 3, "around on a board with a ttl")


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_around_the_player_alone_and_nobody(board: StandIn, rand: Random) -> None:
    """around with radius 0 is the player alone; for an unknown player it is []."""
    nobody = word(rand, 9)
    expect_entries(board.around(nobody), [], "Nobody stands on an empty board.")
    model = mixed(board, rand)
    entries = model.entries()
    tied = next(place for place, entry in enumerate(entries) if entry[0] <= place)  # with the one above
    for place in (0, 4, tied, 11):
        player = entries[place][1]
        expect_around(board.around(player, 0), model, player, 0)
    hint = "Nobody stands around a player who is not on the board."
    expect_entries(board.around(nobody), [], hint)
    expect_entries(board.around(nobody, 0), [], hint)


@check(points=0.5, objective="ordering", guide="ties-and-ranks")
def test_around_among_equals(board: StandIn, rand: Random) -> None:
    """Among equal scores the neighbours are those next in board order, with the rank that all share."""
    players = words(rand, 13)
    model = filled(board, dict(zip(players, [8.0] * 2 + [5.5] * 8 + [2.0] * 3, strict=True)))
    for place in (1, 3, 6, 9, 11):
        player = model.entries()[place][1]
        expect_around(board.around(player, 2), model, player)


# between


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_between_gives_all_within(lab: Lab, board: StandIn, crowded: CrowdedBoard, rand: Random) -> None:
    """between is all entries with low <= score <= high, both ends included, in board order."""
    names = words(rand, 7)
    scores = dict(zip(names, (9.5, 7.125, 7.125, 3.001, 0.0, -2.25, -7.5), strict=True))
    expect_entries(board.between(1.0, 2.0), [], "An empty board gives an empty list.")
    model = filled(board, scores)
    for low, high in ((3.001, 7.125), (-2.25, 3.001), (7.13, 9.4), (0.0, 0.0), (-7.5, 9.5), (3.002, 7.124)):
        what = f"between({low}, {high})"
        expect_entries(board.between(low, high), model.between(low, high), BOUNDS, what, model)
    ranges = ((-9999.0, 9999.0), (500.25, 900.5))
    crowded.check(lab, lambda large: _expect_all_within(large, crowded.crowd, ranges))


def _expect_all_within(board: StandIn, crowd: Crowd, ranges: tuple[tuple[float, float], ...]) -> None:
    """between gives all between the bounds, however many, in the order of the board."""
    hint = "All between the bounds, however many."
    for low, high in ranges:
        found, expected = board.between(low, high), crowd.board.between(low, high)
        number = len(found) if isinstance(found, list) else found  # whatever it is, it's the student's
        of_all = f"between({low}, {high}) gives of {len(crowd.entries):,} players"
        expect(number, f"The number of entries that {of_all}").to_equal(len(expected), hint=hint)
        expect_entries(found, expected, hint, f"between({low}, {high})", crowd.board)


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_between_with_infinite_bounds(board: StandIn, timed: StandIn, rand: Random) -> None:
    """The bounds of between may be infinite."""
    expect_entries(board.between(-inf, inf), [], "An empty board gives an empty list.")
    model = mixed(board, rand)
    middle = model.entries()[5][2]
    hint = "float('inf') and float('-inf') are bounds like any other, and both bounds belong to it."
    for low, high in ((-inf, inf), (middle, inf), (-inf, middle), (inf, inf)):
        what = f"between({low}, {high})"
        expect_entries(board.between(low, high), model.between(low, high), hint, what, model)
    few = filled(timed, dict(zip(words(rand, 2), (1.5, -1.5), strict=True)))
    only = "Nothing but players is on a board, with a ttl neither."
    expect_entries(timed.between(low=-inf, high=inf), few.entries(), only, "between on a board with a ttl")


@check(points=0.5, objective="ordering", guide="sorted-sets")
def test_between_the_wrong_way_round(board: StandIn, rand: Random) -> None:
    """between gives [] where low is above high."""
    model = filled(board, dict(zip(words(rand, 3), (1.0, 2.0, 3.0), strict=True)))
    hint = "No score is at least 3 and at most 1: that is no error, and no reason to swap them."
    expect_entries(board.between(3.0, 1.0), [], hint)
    expect_entries(board.between(inf, -inf), [], hint)
    expect_entries(board.between(1.0, 3.0), model.entries(), BOUNDS, board=model)
