import pytest

from grader.suites.board_crowd import NAME, PLAYERS, SAMPLE, TIES, crowded_board
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
ODD = PLAIN.replace("{player: -score}", "{'player ' + player: -score}").replace(
    "key, player)", "key, 'player ' + player)"
)
FORGETFUL = PLAIN + "    def top(self):\n        return None\n"


@pytest.fixture
def crowded():
    crowded_board.cache_clear()
    yield crowded_board()
    crowded_board.cache_clear()  # a grading later in this process begins without this one's boards


def submits(lab):
    return sum(sent.name == "ZADD" for sent in lab.stage.relay.recording().sent)


def asked(crowded, lab):
    """What one check asks: the size that is told, the board's own, and a score."""
    seen = []

    def ask(board):
        crowd = crowded.crowd
        player, score = crowd.players[-1]
        seen.append((len(crowd.entries), board.size(), board.score(player) == score))

    crowded.check(lab, ask)
    return seen


def test_a_crowd_has_ties_and_is_the_same_each_time(crowded):
    crowd = crowded.crowd
    assert len(crowd.entries) == PLAYERS == len({player for player, _ in crowd.players})
    for score, count in TIES.items():
        places = crowd.tied(score)
        assert len(places) == count
        assert {crowd.entries[place][2] for place in places} == {score}
        assert {crowd.entries[place][0] for place in places} == {places[0] + 1}
    assert crowded_board() is crowded
    crowded_board.cache_clear()
    assert crowded_board().crowd.players == crowd.players


def test_a_plain_board_is_filled_beside_the_student(make_lab, crowded):
    lab = make_lab(PLAIN)
    assert asked(crowded, lab) == [(PLAYERS, PLAYERS, True)]
    assert submits(lab) == SAMPLE + 1


def test_a_second_board_is_the_first_again(make_lab, crowded):
    lab = make_lab(PLAIN)
    asked(crowded, lab)
    assert asked(crowded, lab) == [(PLAYERS, PLAYERS, True)]
    assert submits(lab) == SAMPLE + 1


def test_an_odd_board_is_filled_by_its_own_submit(make_lab, crowded):
    lab = make_lab(ODD)
    for _ in range(2):
        assert [size for size, _, _ in asked(crowded, lab)] == [PLAYERS]
        assert lab.stage.kit.admin.ask("ZCARD", f"b:{NAME}") == PLAYERS
    assert submits(lab) == SAMPLE + PLAYERS


def test_a_failure_counts_only_on_a_board_that_submit_filled(make_lab, crowded):
    lab = make_lab(FORGETFUL)
    before = []

    def ask(board):
        before.append(submits(lab))
        raise CheckFailedError(str(board.top()), None, None)

    for _ in range(2):
        with pytest.raises(CheckFailedError):
            crowded.check(lab, ask)
    assert before == [SAMPLE + 1, SAMPLE + PLAYERS + 1, SAMPLE + PLAYERS + 1]
