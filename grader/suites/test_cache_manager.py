"""The hidden suite of the cache manager."""

import pytest

from grader.suites.check import check
from grader.suites.expect import expect, expect_raised


@pytest.fixture
def cache(lab):
    return lab.new("cache")


@check(points=2, objective="ttl", guide="time-to-live")
def test_overwrite_replaces_the_time_to_live(lab, cache):
    """Setting a key again replaces its value and its time-to-live together."""
    cache.set("k", "old", ttl=100)
    cache.set("k", "new", ttl=10)
    expect(cache.get("k")).to_equal("new")
    lab.advance(11)
    expect(cache.get("k")).to_equal(None, hint="SET replaces the expiry too; is it set on the second write?")


@check(points=2, objective="arguments", guide="bad-arguments")
def test_wrong_ttl(lab, cache):
    """A time-to-live of 0 raises ValueError, and nothing is stored."""
    expect_raised(cache.set.answer("k", 1, ttl=0), ValueError)
    cache.set("k", 2)
    expect(cache.get("k")).to_equal(2)
