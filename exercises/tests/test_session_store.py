"""A small sample of the checks for bonus exercise 4. Write more of your own."""

import re

import pytest
from session_store import SessionStore


@pytest.fixture
def store(client):
    """A store with the usual times."""
    return SessionStore(client)


def test_a_session_gives_its_user_and_its_data(store):
    token = store.create("ada", {"theme": "dark", "seen": (1, 2)})
    assert store.get(token) == ("ada", {"theme": "dark", "seen": [1, 2]})
    assert store.get(store.create("ada")) == ("ada", {})


def test_tokens_are_long_and_different(store):
    tokens = {store.create("ada") for _ in range(10)}
    assert len(tokens) == 10
    assert all(re.fullmatch("[A-Za-z0-9_-]{32,}", token) for token in tokens)
    assert store.tokens("ada") == tokens
    assert store.tokens("bob") == set()


def test_update_replaces_the_data(store):
    token = store.create("ada", {"old": 1})
    assert store.update(token, {"new": 2}) is True
    assert store.get(token) == ("ada", {"new": 2})


def test_what_is_over_never_comes_back(store):
    token = store.create("ada")
    assert store.log_out(token) is True
    assert store.log_out(token) is False
    assert store.update(token, {"n": 1}) is False
    assert store.get(token) is None


def test_log_out_everywhere_leaves_other_users_alone(store):
    for _ in range(3):
        store.create("ada")
    theirs = store.create("bob")
    assert store.log_out_everywhere("ada") == 3
    assert store.tokens("ada") == set()
    assert store.get(theirs) == ("bob", {})


def test_every_key_expires(store, seconds_left):
    token = store.create("ada")
    store.get(token)
    store.update(token, {"n": 1})
    assert all(seconds > 0 for seconds in seconds_left()), "a key without an expiry stays for ever"


@pytest.mark.parametrize("seconds", [0, -1, 1.5])
def test_a_bad_time_is_refused(client, seconds):
    with pytest.raises(ValueError):
        SessionStore(client, idle_ttl=seconds)
    with pytest.raises(ValueError):
        SessionStore(client, lifetime=seconds)


def test_of_calls_at_the_same_time_each_session_is_counted_once(store, at_once):
    for _ in range(5):
        store.create("ada")
    assert sum(at_once(lambda: store.log_out_everywhere("ada"))) == 5
