"""The hidden suite of the rate limiter: every sentence of its contract that can be shown."""

# ruff: noqa: F403 - what is imported are the checks, in the order in which the student reads them

from grader.suites.limiter_hits import *
from grader.suites.limiter_names import *
from grader.suites.limiter_races import *
