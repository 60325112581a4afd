"""The hidden suite of the session store: every sentence of its contract that can be shown."""

# ruff: noqa: F403, I001 - what is imported are the checks, in the order in which the student reads them

import pytest

from grader.suites.session_values import *
from grader.suites.session_names import *
from grader.suites.session_times import *
from grader.suites.session_races import *
from grader.suites.lab import Lab, StandIn


@pytest.fixture
def store(lab: Lab) -> StandIn:
    return lab.new("store")
