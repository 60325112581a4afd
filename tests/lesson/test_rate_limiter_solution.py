"""The reference rate limiter on a real Valkey: against a list of times, in threads and in processes."""

import random

import pytest


@pytest.fixture
def now(rate_limiter, monkeypatch):
    """The limiter's clock: a list of one number, which a test sets."""
    clock = [1_800_000_000.0]
    monkeypatch.setattr(rate_limiter.time, "time", lambda: clock[0])
    return clock


@pytest.fixture
def pass_time(now, advance):
    """Lets time go by, here and on the server."""

    def move(seconds):
        now[0] += seconds
        advance(seconds)

    return move


@pytest.mark.parametrize("seed", range(4))
def test_it_allows_what_a_list_of_times_allows(client, rate_limiter, now, pass_time, seed):
    chance = random.Random(seed)
    limit, window = chance.randint(1, 5), 60 * chance.randint(1, 10)
    limiter = rate_limiter.RateLimiter(client, "api", limit, window)
    allowed = []
    for _ in range(200):
        # Whole seconds: the model's sums are exact, and some hits lie right on the window's edge. Large
        # ones: the server's own clock runs on beside them.
        pass_time(chance.choice([0, 15, 30, window / 2, window]) if chance.random() < 0.5 else 0)
        allowed = [time for time in allowed if now[0] - time < window]
        decision = limiter.hit("ada")
        if len(allowed) < limit:
            allowed.append(now[0])
            assert decision == (True, limit - len(allowed), 0)
        else:
            assert decision == (False, 0, allowed[0] + window - now[0])
            assert 0 < decision.retry_after <= window
        (key,) = client.scan_iter()
        assert client.zcard(key) <= limit
        assert 0 < client.pttl(key) <= window * 1000


def test_waiting_as_long_as_it_says_is_enough(client, rate_limiter, pass_time):
    limiter = rate_limiter.RateLimiter(client, "api", 2, 100)
    limiter.hit("ada")
    pass_time(30)
    limiter.hit("ada")
    pass_time(10)
    refused = limiter.hit("ada")
    assert refused == (False, 0, 60)
    pass_time(refused.retry_after)
    assert limiter.hit("ada").allowed
    assert not limiter.hit("ada").allowed


def test_refused_hits_put_nothing_off(client, rate_limiter, pass_time):
    limiter = rate_limiter.RateLimiter(client, "api", 1, 500)
    limiter.hit("ada")
    for _ in range(49):
        pass_time(10)
        assert not limiter.hit("ada").allowed
    pass_time(11)
    assert limiter.hit("ada").allowed


def test_a_clock_that_lags_behind_lets_nobody_through(client, rate_limiter, now):
    """Two callers' clocks differ by less than a window; still no window holds one too many."""
    limiter = rate_limiter.RateLimiter(client, "api", 2, 10)
    for time, expected in [(100.0, True), (105.0, True), (110.5, True), (109.9, False), (114.0, False)]:
        now[0] = time
        assert limiter.hit("ada").allowed is expected


def test_what_is_kept_expires_with_the_window(client, rate_limiter, advance):
    rate_limiter.RateLimiter(client, "api", 5, 10).hit("ada")
    advance(10.001)
    assert client.dbsize() == 0


def test_reset_says_whether_there_was_something(client, rate_limiter):
    limiter = rate_limiter.RateLimiter(client, "api", 1, 10)
    assert limiter.reset("ada") is False
    limiter.hit("ada")
    assert limiter.reset("ada") is True
    assert limiter.hit("ada").allowed


def test_names_and_users_do_not_collide(client, rate_limiter):
    pairs = [("a:b", "c"), ("a", "b:c"), ("a", "c"), ("1:a", "c"), ("a", "1:c"), ("é", "*"), (" a", "c")]
    for name, user in pairs:
        limiter = rate_limiter.RateLimiter(client, name, 1, 10)
        assert limiter.hit(user).allowed
        assert not limiter.hit(user).allowed


@pytest.mark.parametrize(
    "arguments",
    [("", 1, 1), ("a", 0, 1), ("a", 1, 0), ("a", -1, 1), ("a", 1, -1), ("a", 1, 1.5), ("a", 1.5, 1)],
)
def test_bad_arguments_are_refused(client, rate_limiter, arguments):
    with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
        rate_limiter.RateLimiter(client, *arguments)


def test_an_empty_user_is_refused(client, rate_limiter):
    limiter = rate_limiter.RateLimiter(client, "api", 1, 10)
    for method in (limiter.hit, limiter.reset):
        with pytest.raises(ValueError, match="user"):
            method("")
    assert client.dbsize() == 0


def test_the_limit_is_exact_in_threads_and_processes(client, rate_limiter, at_once, answers):
    limiter = rate_limiter.RateLimiter(client, "api", 20, 60)
    decisions = at_once(lambda: limiter.hit("ada"), 50)
    assert sum(decision.allowed for decision in decisions) == 20
    assert sorted(decision.remaining for decision in decisions if decision.allowed) == list(range(20))
    expression = "sum(it.hit('bob').allowed for _ in range(20))"
    assert sum(answers("rate_limiter", "RateLimiter", ["api", 20, 60], [expression] * 3)) == 20


def test_a_hit_takes_one_round_trip(client, rate_limiter, round_trips):
    limiter = rate_limiter.RateLimiter(client, "api", 1, 10)
    limiter.hit("warm")
    assert round_trips(lambda: limiter.hit("ada")) == 1
    assert round_trips(lambda: limiter.hit("ada")) == 1
