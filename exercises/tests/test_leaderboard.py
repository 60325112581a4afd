"""A small sample of the checks for exercise 2. Write more of your own."""

import pytest
from leaderboard import Leaderboard


@pytest.fixture
def board(client):
    """A board with a tie."""
    made = Leaderboard(client, "game")
    for player, score in {"ann": 50, "cy": 40, "bob": 40, "dee": 30}.items():
        made.submit(player, score)
    return made


def test_players_with_equal_scores_share_a_rank(board):
    assert [board.rank(player) for player in ("ann", "bob", "cy", "dee")] == [1, 2, 2, 4]
    assert board.rank("nobody") is None


def test_the_order_is_score_then_name(board):
    assert board.top(3) == [(1, "ann", 50), (2, "bob", 40), (2, "cy", 40)]


def test_neighbours_know_their_ranks(board):
    assert board.around("cy", 1) == [(2, "bob", 40), (2, "cy", 40), (4, "dee", 30)]
    assert board.around("ann", 1) == [(1, "ann", 50), (2, "bob", 40)]
    assert board.around("nobody") == []


def test_submit_keeps_the_best(board):
    assert board.submit("ann", 45) is False
    assert board.score("ann") == 50
    assert board.submit("ann", 60.5) is True
    assert board.score("ann") == 60.5


def test_add_gives_what_plus_gives(board):
    board.add("eve", 0.1)
    assert board.add("eve", 0.2) == 0.1 + 0.2
    assert board.score("eve") == 0.1 + 0.2


def test_adds_at_the_same_time_all_count(board, at_once):
    at_once(lambda: board.add("eve", 5))
    assert board.score("eve") == 40


def test_between(board):
    assert board.between(30, 40) == [(2, "bob", 40), (2, "cy", 40), (4, "dee", 30)]
    assert board.between(40, 30) == []
    assert len(board.between(float("-inf"), float("inf"))) == 4


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_is_finite(board, score):
    with pytest.raises(ValueError):
        board.submit("eve", score)
    assert board.score("eve") is None


def test_remove_and_size(board):
    assert board.remove("ann") is True
    assert board.remove("ann") is False
    assert board.size() == 3


def test_later_scores_do_not_extend_the_board(client, seconds_left):
    board = Leaderboard(client, "week", ttl=1000)
    board.submit("ann", 1)
    for key in client.scan_iter():
        client.expire(key, 500)  # as if 500 seconds had gone by
    board.add("bob", 2)
    assert all(0 < seconds <= 500 for seconds in seconds_left())
