"""The reference leaderboard on a real Valkey: against a sorted list, to the last bit, in processes."""

import math
import random
import struct

import pytest

# In the order of their UTF-8 bytes some differ from what a reader expects: capitals, accents, emoji.
PLAYERS = [
    "Ann",
    "ann",
    " ann",
    "a:b",
    "a",
    "ab",
    "*",
    "é",
    "ü",
    "z",
    "~",
    "\n",
    "\x00",
    "\uffff",
    "🙂",
    "漢字",
]
SCORES = [0.0, -0.0, 1, 1.0, -1.5, 0.1, 0.2, 0.1 + 0.2, 1e308, -1e308, 5e-324, -5e-324, 2.0**53, 1e22, 1 / 3]


@pytest.fixture
def board(client, leaderboard):
    return leaderboard.Leaderboard(client, "game")


def any_float(chance):
    """A finite float with any bits, subnormal ones too."""
    while True:
        (number,) = struct.unpack("d", chance.randbytes(8))
        if math.isfinite(number):
            return number


def entries(scores):
    """The whole board from a dict of scores, worked out the slow way."""
    order = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0].encode()))
    return [(1 + sum(other > score for other in scores.values()), player, score) for player, score in order]


class Model:
    """A board beside the scores that it should hold."""

    def __init__(self, board, chance):
        self.board = board
        self.chance = chance
        self.scores = {}

    def change(self):
        player, score = self.chance.choice(PLAYERS), self.score()
        match self.chance.randrange(4):
            case 0:
                self.submit(player, score)
            case 1:
                self.add(player, score)
            case 2 if self.chance.random() < 0.5:
                assert self.board.remove(player) is (self.scores.pop(player, None) is not None)
            case _:
                self.submit(player, self.chance.choice([10, 20]))

    def score(self):
        return self.chance.choice(SCORES) if self.chance.random() < 0.7 else any_float(self.chance)

    def submit(self, player, score):
        better = player not in self.scores or score > self.scores[player]
        assert self.board.submit(player, score) is better
        if better:
            self.scores[player] = score

    def add(self, player, points):
        total = self.scores.get(player, 0.0) + points
        if math.isfinite(total):
            assert self.board.add(player, points) == total
            self.scores[player] = total

    def compare(self):
        everyone = entries(self.scores)
        places = {player: place for place, (_, player, _) in enumerate(everyone)}
        ranks = {player: rank for rank, player, _ in everyone}
        n, radius, player = self.chance.randint(1, 20), self.chance.randrange(4), self.chance.choice(PLAYERS)
        low, high = self.score(), self.score()
        assert self.board.top(n) == everyone[:n]
        assert self.board.rank(player) == ranks.get(player)
        assert self.board.score(player) == self.scores.get(player)
        assert self.board.size() == len(everyone)
        place = places.get(player)
        near = [] if place is None else everyone[max(0, place - radius) : place + radius + 1]
        assert self.board.around(player, radius) == near
        assert self.board.between(low, high) == [entry for entry in everyone if low <= entry[2] <= high]
        assert self.board.between(-math.inf, math.inf) == everyone


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_it_behaves_as_a_sorted_list(client, leaderboard, seed, protocol, socket_path):
    with type(client)(unix_socket_path=socket_path, decode_responses=True, protocol=protocol) as own:
        model = Model(leaderboard.Leaderboard(own, f"g:{seed}"), random.Random(seed))
        for _ in range(200):
            model.change()
            model.compare()


def test_scores_keep_every_bit_on_large_boards_too(client, leaderboard):
    chance = random.Random(1)
    board = leaderboard.Leaderboard(client, "large")
    scores = {f"p{number}": any_float(chance) for number in range(500)}
    for player, score in scores.items():
        board.submit(player, score)
    assert board.top(500) == entries(scores)
    for player, score in scores.items():
        points = any_float(chance)
        if math.isfinite(score + points):
            assert board.add(player, points) == board.score(player) == score + points


def test_zero_comes_back_without_a_sign(board):
    board.add("ann", 0)
    assert [str(score) for _, _, score in board.top()] == ["0.0"]
    assert str(board.add("ann", 0.0)) == "0.0"


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_score_is_finite(client, board, score):
    for method in (board.submit, board.add):
        with pytest.raises(ValueError, match="finite"):
            method("ann", score)
    assert client.dbsize() == 0


def test_bad_arguments_are_refused_before_anything_happens(client, board, leaderboard):
    board.submit("ann", 1)
    calls = [
        lambda: leaderboard.Leaderboard(client, ""),
        lambda: leaderboard.Leaderboard(client, "x", 0),
        lambda: leaderboard.Leaderboard(client, "x", -1),
        lambda: leaderboard.Leaderboard(client, "x", 1.5),
        lambda: board.submit("", 1),
        lambda: board.add("", 1),
        lambda: board.score(""),
        lambda: board.rank(""),
        lambda: board.around(""),
        lambda: board.remove(""),
        lambda: board.top(0),
        lambda: board.top(-1),
        lambda: board.around("ann", -1),
        lambda: board.around("nobody", -1),
    ]
    for call in calls:
        with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
            call()
    assert board.top() == [(1, "ann", 1)]


def test_numbers_beyond_any_board(board):
    board.submit("ann", 1)
    assert board.top(2**70) == board.around("ann", 2**70) == [(1, "ann", 1)]


def test_boards_do_not_collide(client, leaderboard):
    names = ["a", "a:b", "A", " a", "é", "*", "leaderboard:a"]
    for number, name in enumerate(names):
        leaderboard.Leaderboard(client, name).submit("ann", number)
    assert [leaderboard.Leaderboard(client, name).score("ann") for name in names] == list(range(7))


def test_the_board_expires_as_a_whole_and_starts_anew(client, leaderboard, advance):
    board = leaderboard.Leaderboard(client, "week", 1000)
    board.submit("ann", 1)
    advance(600)
    board.add("bob", 1)
    board.submit("ann", 5)
    assert all(390_000 < client.pttl(key) <= 400_000 for key in client.scan_iter())
    advance(410)
    assert board.size() == 0
    board.add("cy", 1)
    assert all(990_000 < client.pttl(key) <= 1_000_000 for key in client.scan_iter())
    advance(600)
    assert board.remove("cy")
    board.submit("dee", 1)
    assert all(990_000 < client.pttl(key) <= 1_000_000 for key in client.scan_iter())


def test_a_board_without_a_ttl_has_no_expiry(client, board):
    board.submit("ann", 1)
    assert [client.ttl(key) for key in client.scan_iter()] == [-1]


def test_reading_a_large_board_full_of_ties_costs_little(client, board, round_trips):
    board.submit("warm", 0)
    client.zadd(*client.scan_iter(), {f"player-{number:05}": -7.0 for number in range(10_000)})
    for read in (
        lambda: board.top(5),
        lambda: board.around("player-05000", 2),
        lambda: board.rank("player-09999"),
    ):
        read()  # loads the script
        before = client.info("stats")["total_net_output_bytes"]
        overhead = client.info("stats")["total_net_output_bytes"] - before
        before = client.info("stats")["total_net_output_bytes"]
        assert round_trips(read) == 1
        assert client.info("stats")["total_net_output_bytes"] - before - 3 * overhead < 1000
    assert board.rank("player-09999") == 1
    assert board.rank("warm") == 10_001
    assert board.around("player-05000", 1)[0] == (1, "player-04999", 7.0)


def test_adds_of_threads_and_processes_all_count(board, at_once, answers):
    at_once(lambda: [board.add("ann", 0.5) for _ in range(20)], 10)
    expression = "[it.add('ann', 0.5) for _ in range(50)][-1]"
    answers("leaderboard", "Leaderboard", ["game"], [expression] * 3)
    assert board.score("ann") == 0.5 * (200 + 150)


def test_of_submits_at_once_the_best_stays(board, at_once):
    scores = iter(range(400))
    at_once(lambda: [board.submit("ann", next(scores)) for _ in range(40)], 10)
    assert board.score("ann") == 399
