"""Checks of what reading costs on a board of 10,000 players with many ties."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from grader.suites.board_crowd import Crowd, gather_crowd
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn

ROUND_TRIPS = 4
# "In proportion" leaves the factor open: these are far above any right reading, far below any tie here.
FLAT, EACH = 300, 20


@pytest.fixture(scope="session")
def crowd() -> Crowd:
    """The players, made once."""
    return gather_crowd()


def costs(lab: Lab, call: Callable[[], Any], entries: int, what: str) -> Any:
    """What a call gives, which may read so much per entry that it was asked for."""
    with lab.tap() as tap, lab.traffic() as traffic:
        answer = call()
    hint = "Valkey counts and cuts by itself: ZCOUNT, ZRANK, ranges with a beginning and an end."
    expect(traffic.round_trips, what).to_be_at_most(
        ROUND_TRIPS, "round trips", "One batch is one round trip."
    )
    read = traffic.recording.reply_items + tap.items_read_in_scripts()
    expect(read, f"{what} on a board of 10,000").to_be_at_most(FLAT + EACH * entries, "values", hint)
    return answer


@check(points=1, objective="performance", guide="round-trips", needs=("top_is_the_first_n",))
def test_top_reads_no_more_than_it_gives(lab: Lab, crowd: Crowd, rand: Random) -> None:
    """top reads in proportion to n, in 4 round trips, whatever the board's size and its ties."""

    def ask(board: StandIn) -> None:
        board.top(3)
        for n in (1, 10, sizes):
            answer = costs(lab, lambda n=n: board.top(n), n, f"top({n})")
            expect(answer, f"top({n}) of 10,000").to_equal(crowd.entries[:n])

    sizes = rand.randrange(20, 40)
    crowd.check(lab, ask)


@check(points=1, objective="performance", guide="ties-and-ranks", needs=("rank_counts_from_one",))
def test_rank_reads_no_list(lab: Lab, crowd: Crowd, rand: Random) -> None:
    """rank reads a few values, in 4 round trips, whatever the board's size and its ties."""

    def ask(board: StandIn) -> None:
        board.rank(crowd.entries[0][1])
        for rank, player, _ in asked:
            answer = costs(lab, lambda player=player: board.rank(player), 1, "rank")
            expect(answer, "A rank among 10,000").to_equal(rank)

    asked = [crowd.entries[-1], *rand.sample(crowd.entries, 4)]
    crowd.check(lab, ask)


@check(points=1, objective="performance", guide="ties-and-ranks", needs=("around_gives_the_neighbours",))
def test_around_reads_no_more_than_it_gives(lab: Lab, crowd: Crowd, rand: Random) -> None:
    """around reads in proportion to radius, in 4 round trips, whatever the board's size and its ties."""

    def ask(board: StandIn) -> None:
        board.around(crowd.entries[0][1])
        for place in places:
            player = crowd.entries[place][1]
            answer = costs(lab, lambda player=player: board.around(player, radius), 2 * radius + 1, "around")
            wanted = crowd.entries[max(0, place - radius) : place + radius + 1]
            expect(answer, f"around with radius {radius} among 10,000").to_equal(wanted)

    radius = rand.randrange(2, 8)
    middle = next(place for place, entry in enumerate(crowd.entries) if entry[2] == 500.25)
    places = [middle, middle + rand.randrange(1000, 3000), 9_999, rand.randrange(9_000), 0]
    crowd.check(lab, ask)
