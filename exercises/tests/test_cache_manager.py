"""A small sample of the checks for exercise 1. Write more of your own."""

import time

import pytest
from cache_manager import CacheManager


@pytest.fixture
def cache(client):
    """A cache with the default namespace."""
    return CacheManager(client)


def test_a_value_comes_back_as_json_gives_it(cache):
    cache.set("k", {"title": "Emma", "tags": ("a", "b"), "price": None})
    assert cache.get("k") == {"title": "Emma", "tags": ["a", "b"], "price": None}


def test_a_stored_none_is_not_the_default(cache):
    cache.set("k", None)
    assert cache.get("k", "default") is None
    assert cache.get("other", "default") == "default"


def test_every_key_expires(cache, seconds_left):
    cache.set("a", 1, ttl=100)
    cache.set_many({"b": 2, "c": 3})
    cache.get_or_compute("d", lambda: 4)
    left = seconds_left()
    assert len(left) >= 4
    assert all(seconds > 0 for seconds in left), "a key without an expiry stays for ever"


def test_setting_again_replaces_the_time_to_live(cache):
    cache.set("k", "old", ttl=1000)
    cache.set("k", "new", ttl=10)
    assert cache.get("k") == "new"
    assert 9 <= cache.ttl("k") <= 10


def test_touch_keeps_the_value_and_makes_no_entry(cache):
    cache.set("k", "value", ttl=10)
    assert cache.touch("k", 500) is True
    assert 499 <= cache.ttl("k") <= 500
    assert cache.get("k") == "value"
    assert cache.touch("nobody") is False
    assert cache.exists("nobody") is False


@pytest.mark.parametrize("ttl", [0, -1, 1.5])
def test_a_bad_time_to_live_is_refused_before_anything_is_stored(cache, ttl):
    with pytest.raises(ValueError):
        cache.set("k", "value", ttl=ttl)
    assert cache.get("k") is None


def test_an_empty_key_among_many_stores_nothing(cache):
    with pytest.raises(ValueError):
        cache.set_many({"a": 1, "": 2})
    assert cache.get("a") is None


def test_many_at_once(cache):
    cache.set_many({"a": 1, "b": [2]})
    assert cache.get_many(key for key in ["a", "b", "c"]) == {"a": 1, "b": [2]}
    assert cache.get_many([]) == {}


def test_namespaces_do_not_see_each_other(client):
    shop, blog = CacheManager(client, "shop"), CacheManager(client, "blog")
    shop.set("k", 1)
    blog.set("k", 2)
    assert shop.invalidate("*") == 1
    assert shop.get("k") is None
    assert blog.get("k") == 2


def test_invalidate_takes_a_glob(cache):
    cache.set_many({"book:1": 1, "book:2": 2, "author:1": 3, "*": 4})
    assert cache.invalidate("[*]") == 1
    assert cache.invalidate("book:?") == 2
    assert cache.get("author:1") == 3


def test_a_hit_does_not_compute(cache):
    cache.set("k", None)
    assert cache.get_or_compute("k", lambda: pytest.fail("a stored None is a hit")) is None


def test_of_callers_at_the_same_time_one_computes(cache, at_once):
    computed = []

    def compute():
        computed.append(1)
        time.sleep(0.2)
        return "value"

    assert at_once(lambda: cache.get_or_compute("k", compute)) == ["value"] * 8
    assert len(computed) == 1, f"{len(computed)} callers computed: a stampede"


def test_an_error_in_compute_reaches_its_caller_and_the_next_may_try(cache):
    with pytest.raises(ZeroDivisionError):
        cache.get_or_compute("k", lambda: 1 / 0)
    began = time.monotonic()
    assert cache.get_or_compute("k", lambda: "value") == "value"
    assert time.monotonic() - began < 1, "the lock was not released"
