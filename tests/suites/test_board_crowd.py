import pytest

from grader.suites.board_crowd import NAME, SAMPLE, SIZE, gather_crowd
from grader.suites.expect import CheckFailedError

PLAIN = """
class It:
    def __init__(self, client, name):
        self.client, self.key = client, "b:" + name
    def submit(self, player, score):
        self.client.zadd(self.key, {player: -score})
    def size(self):
        return self.client.zcard(self.key)
    def score(self, player):
        return -self.client.zscore(self.key, player)
"""
ODD = PLAIN.replace("{player: -score}", "{'player ' + player: -score}")
FORGETFUL = PLAIN + "    def top(self):\n        return None\n"


@pytest.fixture(scope="module")
def players():
    return gather_crowd()


@pytest.fixture
def crowd(players):
    players.by_hand, players.dump = False, []
    return players


def submits(lab):
    return sum(sent.name == "ZADD" for sent in lab.stage.relay.recording().sent)


def test_a_crowd_has_ties_and_is_the_same_each_time(players):
    assert len(players.entries) == SIZE == len({player for player, _ in players.players})
    assert players.entries[2_499][:1] == (1,)
    assert players.entries[2_500][0] == 2_501
    assert players.players == gather_crowd().players


def test_a_plain_board_is_filled_beside_the_student(make_lab, crowd):
    lab = make_lab(PLAIN)
    board = crowd.board(lab)
    assert board.size() == SIZE
    player, score = crowd.players[-1]
    assert board.score(player) == score
    assert submits(lab) == SAMPLE


def test_a_second_board_is_the_first_again(make_lab, crowd):
    lab = make_lab(PLAIN)
    crowd.board(lab)
    lab.empty()
    assert crowd.board(lab).size() == SIZE
    assert submits(lab) == SAMPLE


def test_an_odd_board_is_filled_by_its_own_submit(make_lab, crowd):
    lab = make_lab(ODD)
    assert crowd.board(lab).size() == SIZE
    assert submits(lab) == SIZE
    assert lab.stage.kit.admin.ask("ZCARD", f"b:{NAME}") == SIZE


def test_a_failure_counts_only_on_a_board_that_submit_filled(make_lab, crowd):
    lab = make_lab(FORGETFUL)
    asked = []

    def ask(board):
        asked.append(submits(lab))
        raise CheckFailedError(str(board.top()), None, None)

    with pytest.raises(CheckFailedError):
        crowd.check(lab, ask)
    assert asked == [SAMPLE, SAMPLE + SIZE]
