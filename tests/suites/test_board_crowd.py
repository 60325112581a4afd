import pytest

from grader.suites.board_crowd import LARGE, LARGE_TIES, NAME, SAMPLE, SMALL, SMALL_TIES, gather_crowds
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


@pytest.fixture(scope="module")
def gathered():
    return gather_crowds()


@pytest.fixture
def crowds(gathered):
    gathered.by_hand, gathered.dump = False, []
    return gathered


def submits(lab):
    return sum(sent.name == "ZADD" for sent in lab.stage.relay.recording().sent)


def asked(crowds, lab):
    """What one check asks: the size that is told, the board's own, and a score."""
    seen = []

    def ask(board, crowd):
        player, score = crowd.players[-1]
        seen.append((len(crowd.entries), board.size(), board.score(player) == score))

    crowds.check(lab, ask)
    return seen


@pytest.mark.parametrize(
    ("name", "size", "ties"), [("large", LARGE, LARGE_TIES), ("small", SMALL, SMALL_TIES)]
)
def test_a_crowd_has_ties_and_is_the_same_each_time(gathered, name, size, ties):
    crowd = getattr(gathered, name)
    assert len(crowd.entries) == size == len({player for player, _ in crowd.players})
    for score, count in ties.items():
        places = crowd.tied(score)
        assert len(places) == count
        assert {crowd.entries[place][2] for place in places} == {score}
        assert {crowd.entries[place][0] for place in places} == {places[0] + 1}
    assert crowd.players == getattr(gather_crowds(), name).players


def test_a_plain_board_is_filled_beside_the_student(make_lab, crowds):
    lab = make_lab(PLAIN)
    assert asked(crowds, lab) == [(LARGE, LARGE, True)]
    assert submits(lab) == SAMPLE


def test_a_second_board_is_the_first_again(make_lab, crowds):
    lab = make_lab(PLAIN)
    asked(crowds, lab)
    assert asked(crowds, lab) == [(LARGE, LARGE, True)]
    assert submits(lab) == SAMPLE


def test_an_odd_board_is_smaller_and_filled_by_its_own_submit(make_lab, crowds):
    lab = make_lab(ODD)
    for _ in range(2):
        assert [size for size, _, _ in asked(crowds, lab)] == [SMALL]
        assert lab.stage.kit.admin.ask("ZCARD", f"b:{NAME}") == SMALL
    assert submits(lab) == SAMPLE + SMALL


def test_a_failure_counts_only_on_a_board_that_submit_filled(make_lab, crowds):
    lab = make_lab(FORGETFUL)
    before = []

    def ask(board, _crowd):
        before.append(submits(lab))
        raise CheckFailedError(str(board.top()), None, None)

    for _ in range(2):
        with pytest.raises(CheckFailedError):
            crowds.check(lab, ask)
    assert before == [SAMPLE, SAMPLE + SMALL, SAMPLE + SMALL]
