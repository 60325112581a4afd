"""The hidden suite of the cache manager: every sentence of its contract that can be shown."""

# ruff: noqa: F403, I001 - what is imported are the checks, in the order in which the student reads them

import pytest

from grader.suites.cache_values import *
from grader.suites.cache_names import *
from grader.suites.cache_arguments import *
from grader.suites.cache_expiry import *
from grader.suites.cache_many import *
from grader.suites.cache_aside import *
from grader.suites.cache_stampedes import *
from grader.suites.cache_takeovers import *
from grader.suites.cache_invalidation import *
from grader.suites.cache_crashes import *
from grader.suites.lab import Lab, StandIn


@pytest.fixture
def cache(lab: Lab) -> StandIn:
    return lab.new("cache")
