"""The hidden suite of the shopping cart: every sentence of its contract that can be shown."""

# ruff: noqa: F403, I001 - what is imported are the checks, in the order in which the student reads them

from random import Random

import pytest

from grader.suites.cart_quantities import *
from grader.suites.cart_names import *
from grader.suites.cart_commands import *
from grader.suites.cart_arguments import *
from grader.suites.cart_expiry import *
from grader.suites.cart_checkout import *
from grader.suites.cart_races import *
from grader.suites.cart_crashes import *
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word


@pytest.fixture
def cart(lab: Lab, rand: Random) -> StandIn:
    return lab.new("cart", word(rand))
