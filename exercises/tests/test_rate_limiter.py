"""A small sample of the checks for bonus exercise 5. Write more of your own."""

import pytest
from rate_limiter import RateLimiter


@pytest.fixture
def limiter(client):
    """At most 3 hits in a minute."""
    return RateLimiter(client, "login", limit=3, window=60)


def test_as_many_as_the_limit_are_allowed(limiter):
    assert [limiter.hit("ada") for _ in range(3)] == [(True, 2, 0), (True, 1, 0), (True, 0, 0)]
    allowed, remaining, retry_after = limiter.hit("ada")
    assert (allowed, remaining) == (False, 0)
    assert 55 < retry_after <= 60


def test_users_and_limiters_do_not_count_for_each_other(client):
    pairs = [("a", "b:c"), ("a:b", "c"), ("a", "c"), ("A", "c")]
    for name, user in pairs:
        assert RateLimiter(client, name, limit=1, window=60).hit(user)[0]


def test_of_hits_at_the_same_time_as_many_as_the_limit_are_allowed(limiter, at_once):
    answers = at_once(lambda: limiter.hit("ada"))
    assert sum(allowed for allowed, _, _ in answers) == 3


def test_reset_forgets(limiter):
    assert limiter.reset("ada") is False
    limiter.hit("ada")
    assert limiter.reset("ada") is True
    assert limiter.hit("ada") == (True, 2, 0)


def test_every_key_expires(limiter, seconds_left):
    for _ in range(5):
        limiter.hit("ada")
    left = seconds_left()
    assert left
    assert all(0 < seconds <= 60 for seconds in left)


@pytest.mark.parametrize("number", [0, -1, 1.5])
def test_a_bad_number_is_refused(client, number):
    with pytest.raises(ValueError):
        RateLimiter(client, "login", limit=number, window=60)
    with pytest.raises(ValueError):
        RateLimiter(client, "login", limit=3, window=number)
