"""The hidden suite of the leaderboard: every sentence of its contract that can be shown."""

# ruff: noqa: F403, I001 - what is imported are the checks, in the order in which the student reads them

from random import Random

import pytest

from grader.suites.board_scores import *
from grader.suites.board_order import *
from grader.suites.board_names import *
from grader.suites.board_commands import *
from grader.suites.board_arguments import *
from grader.suites.board_expiry import *
from grader.suites.board_cost import *
from grader.suites.board_races import *
from grader.suites.board_threads import *
from grader.suites.board_readers import *
from grader.suites.board_crashes import *
from grader.suites.board_crowd import CrowdedBoard, crowded_board, huge_board, plain_board, timed_crowd
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word


@pytest.fixture
def board(lab: Lab, rand: Random) -> StandIn:
    return lab.new("board", word(rand))


@pytest.fixture
def timed(lab: Lab) -> StandIn:
    """A board with a ttl, on which everything else is as on one without."""
    return lab.new("timed", "with a ttl", ttl=900)


@pytest.fixture
def crowded() -> CrowdedBoard:
    """A board with all the players, made once."""
    return crowded_board()


@pytest.fixture
def plain() -> CrowdedBoard:
    """A board with as many players and nothing special about their scores, made once."""
    return plain_board()


@pytest.fixture
def huge() -> CrowdedBoard:
    """A board with more players than some limits allow, where it can be made fast."""
    return huge_board()


@pytest.fixture
def crowded_for_a_time() -> CrowdedBoard:
    """A smaller board with a ttl."""
    return timed_crowd()
