"""Checks of what reading costs on a large board with many ties."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from grader.suites.board_crowd import Crowd, CrowdedBoard
from grader.suites.board_entries import RANKS, expect_around, expect_entries
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, sentence
from grader.suites.lab import Lab, StandIn

ROUND_TRIPS = 4
# "In proportion" leaves the factor open: these are far above any right reading, and below any tie here.
FLAT, EACH = 300, 20
TRIPS = "What needs no answer of before goes in one pipeline: a batch is one round trip."
CUT = "Let Valkey cut: ZRANGE takes the first and the last index, ZRANGEBYSCORE a LIMIT (start, num)."
COUNT = "Let Valkey count: ZCOUNT says how many have a higher score, and reads none of them."
PLACE = "ZRANK says at which index the player is: ZRANGE from there, so many to each side, is enough."
NOBODY = "Who is not on the board has no rank, and nobody around."
FIND = "ZSCORE, or ZRANK, says that somebody is not on the board: that takes no list."
SCRIPTS = " What a script reads counts too."
TEXTS = " A long text counts as one value for every 16 bytes."
TIMED = "{} of {:,} players on a board with a ttl"
LONG = 1_000  # bytes
MANY = 1_100  # entries that top is asked for: fewer than on any board here
# More than a hundred, and so few that even then the whole board is too much.
SOME = range(101, 105)
WIDE = range(40, 50)  # a radius, with as many on both sides as that


def costs(lab: Lab, call: Callable[[], Any], entries: int, what: str, hint: str) -> Any:
    """What a call gives, which may read so much per entry that it was asked for."""
    limit = FLAT + EACH * entries
    answer, spent = measure(lab, call)
    if spent.round_trips > ROUND_TRIPS or spent.read > limit:
        # It may have loaded a script that is for so many entries, or for such a player, alone.
        answer, spent = measure(lab, call)
    expect(spent.round_trips, what).to_be_at_most(ROUND_TRIPS, "round trips", TRIPS)
    if spent.read > limit:
        values = f"{spent.read} values"
        seen = sentence(f"{values}, {spent.inside} of them in scripts" if spent.inside else values)
        hint += SCRIPTS if spent.inside else TEXTS if spent.long_text else ""
        raise CheckFailedError(
            f"{what} read too many values.", sentence(f"at most {limit} values"), seen, hint
        )
    return answer


@dataclass(frozen=True)
class Spent:
    """What a call cost: round trips, and values read in all and inside scripts."""

    round_trips: int
    read: int
    inside: int
    long_text: bool  # among the replies


def measure(lab: Lab, call: Callable[[], Any]) -> tuple[Any, Spent]:
    """What a call gives, and what it cost; evidence is what it alone sent."""
    lab.evidence_from = lab.last_number
    with lab.tap() as tap, lab.traffic() as traffic:
        answer = call()
    inside = tap.items_read_in_scripts()
    replies = (one.reply for one in traffic.recording.sent)
    long_text = any(isinstance(reply, bytes) and len(reply) > LONG for reply in replies)
    return answer, Spent(traffic.round_trips, traffic.items + inside, inside, long_text)


@check(points=1, objective="performance", guide="round-trips", needs=("top_is_the_first_n",))
def test_top_reads_no_more_than_it_gives(
    lab: Lab, crowded: CrowdedBoard, crowded_for_a_time: CrowdedBoard, rand: Random
) -> None:
    """top reads in proportion to n, in 4 round trips, whatever the board's size and its ties."""
    crowd, some = crowded.crowd, rand.choice(SOME)

    def ask(board: StandIn) -> None:
        board.top(3)
        for n in (1, 10, some, MANY):
            what = f"top({n}) of {len(crowd.entries):,} players"
            answer = costs(lab, lambda n=n: board.top(n), n, what, CUT)
            expect_entries(answer, crowd.entries[:n], "All of the first n, however many.", what, crowd.board)

    crowded.check(lab, ask)
    crowded_for_a_time.check(lab, lambda board: few_on_top(lab, board, crowded_for_a_time.crowd))


def few_on_top(lab: Lab, board: StandIn, crowd: Crowd) -> None:
    """top reads as little with a ttl."""
    board.top(1)
    what = TIMED.format("top(3)", len(crowd.entries))
    answer = costs(lab, lambda: board.top(3), 3, what, CUT)
    expect_entries(answer, crowd.entries[:3], "The n best, and no more.", what, crowd.board)


@check(points=0.5, objective="performance", guide="ties-and-ranks", needs=("rank_counts_from_one",))
def test_rank_reads_no_list(
    lab: Lab, crowded: CrowdedBoard, crowded_for_a_time: CrowdedBoard, rand: Random
) -> None:
    """rank reads a few values, in 4 round trips, whatever the board's size and its ties."""
    crowd, share = crowded.crowd, rand.random()

    def ask(board: StandIn) -> None:
        board.rank(crowd.entries[0][1])
        tied = crowd.tied(500.25)
        for place in (tied[5], tied[-5], tied[int(share * len(tied))], len(crowd.entries) - 1):
            wanted, player, _ = crowd.entries[place]
            what = f"rank among {len(crowd.entries):,} players"
            answer = costs(lab, lambda player=player: board.rank(player), 1, what, COUNT)
            expect(answer, what).to_equal(wanted, hint=RANKS)
        what = f"rank of nobody among {len(crowd.entries):,} players"
        expect(costs(lab, lambda: board.rank("nobody"), 1, what, FIND), what).to_equal(None, hint=NOBODY)

    crowded.check(lab, ask)
    crowded_for_a_time.check(lab, lambda board: rank_of_the_last(lab, board, crowded_for_a_time.crowd))


def rank_of_the_last(lab: Lab, board: StandIn, crowd: Crowd) -> None:
    """rank reads as little with a ttl."""
    board.rank(crowd.entries[0][1])
    wanted, player, _ = crowd.entries[-1]
    what = TIMED.format("rank of the last", len(crowd.entries))
    answer = costs(lab, lambda: board.rank(player), 1, what, COUNT)
    expect(answer, what).to_equal(wanted, hint=RANKS)


@check(points=1, objective="performance", guide="ties-and-ranks", needs=("around_gives_the_neighbours",))
def test_around_reads_no_more_than_it_gives(
    lab: Lab, crowded: CrowdedBoard, crowded_for_a_time: CrowdedBoard, rand: Random
) -> None:
    """around reads in proportion to radius, in 4 round trips, whatever the board's size and its ties."""
    crowd, radius, larger = crowded.crowd, rand.randrange(2, 4), rand.randrange(510, 590)
    wide = rand.choice(WIDE)

    def ask(board: StandIn) -> None:
        board.around(crowd.entries[0][1])
        tied = crowd.tied(500.25)
        places = (tied[1], tied[9], tied[-9], crowd.tied(900.5)[-9], len(crowd.entries) - 1)
        nears = ((places[0], wide), (places[1], 0), (places[1], 1), *((place, radius) for place in places))
        for place, near in nears:
            player = crowd.entries[place][1]
            what = f"around with radius {near} among {len(crowd.entries):,} players"
            answer = costs(
                lab, lambda player=player, near=near: board.around(player, near), 2 * near + 1, what, PLACE
            )
            if near:  # who stands there with radius 0 is another check's affair
                expect_around(answer, crowd.board, player, near, what)
        what = f"around nobody among {len(crowd.entries):,} players"
        expect_entries(costs(lab, lambda: board.around("nobody"), 5, what, FIND), [], NOBODY, what)
        place = len(crowd.entries) // 2
        first, player = place - larger, crowd.entries[place][1]
        what = f"around with radius {larger} among {len(crowd.entries):,} players"
        answer = costs(lab, lambda: board.around(player, larger), 2 * larger + 1, what, PLACE)
        wanted = crowd.entries[first : place + larger + 1]
        expect_entries(answer, wanted, "All neighbours within the radius, however many.", what, crowd.board)

    crowded.check(lab, ask)
    crowded_for_a_time.check(lab, lambda board: around_a_tie(lab, board, crowded_for_a_time.crowd))


def around_a_tie(lab: Lab, board: StandIn, crowd: Crowd) -> None:
    """around reads as little with a ttl."""
    board.around(crowd.entries[0][1])
    player = crowd.entries[crowd.tied(500.25)[-9]][1]
    what = TIMED.format("around with radius 2", len(crowd.entries))
    answer = costs(lab, lambda: board.around(player), 5, what, PLACE)
    expect_around(answer, crowd.board, player, 2, what)
