"""The reference's get_or_compute on a real Valkey: in threads, in processes, beside deaths."""

import json
import threading

import pytest


def lock_of(client):
    (lock,) = client.scan_iter(match="*:lock:*")
    return lock


def test_of_fifty_threads_one_computes(cache, at_once):
    computed = []
    inside = threading.Event()

    def compute():
        computed.append(1)
        inside.wait(0.3)
        return {"n": len(computed)}

    assert at_once(lambda: cache.get_or_compute("k", compute), 50) == [{"n": 1}] * 50


def test_of_four_processes_one_computes(client, answers):
    expression = "it.get_or_compute('k', lambda: [client.incr('computed'), time.sleep(0.3)][0])"
    assert answers("cache_manager", "CacheManager", [], [expression] * 4) == [1] * 4
    assert client.get("computed") == "1"


def test_callers_of_different_keys_do_not_wait(cache):
    assert cache.get_or_compute("a", lambda: cache.get_or_compute("b", lambda: "inner")) == "inner"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_whatever_compute_raises_releases_the_lock(client, cache, error):
    def compute():
        raise error

    with pytest.raises(error):
        cache.get_or_compute("k", compute)
    assert client.dbsize() == 0


def test_the_lock_outlives_a_long_compute_and_no_death_holds_others_up(client, cache):
    left = []
    cache.get_or_compute("k", lambda: left.append(client.pttl(lock_of(client))))
    assert 8000 < left[0] < 9900


def test_after_a_death_inside_compute_another_takes_over(client, cache, start):
    expression = "it.get_or_compute('k', lambda: [print('inside', flush=True), time.sleep(60)])"
    (holder,) = start("cache_manager", "CacheManager", [], [expression])
    assert holder.stdout.readline() == "inside\n"
    holder.kill()
    lock = lock_of(client)
    threading.Timer(0.2, lambda: client.pexpire(lock, 1)).start()
    assert cache.get_or_compute("k", lambda: "mine") == "mine"
    assert list(client.scan_iter(match="*:lock:*")) == []


def test_a_slow_holder_leaves_its_successor_alone(client, cache):
    def slow():
        client.set(lock_of(client), "the successor's token", px=5000)
        return "old"

    assert cache.get_or_compute("k", slow) == "old"
    assert client.get(lock_of(client)) == "the successor's token"
    assert cache.get("k", "none") == "none"


def test_a_slow_holder_that_fails_leaves_its_successor_alone(client, cache):
    def slow():
        client.set(lock_of(client), "the successor's token", px=5000)
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        cache.get_or_compute("k", slow)
    assert client.get(lock_of(client)) == "the successor's token"


def test_invalidating_during_a_compute_starts_no_second_one(cache):
    cache.set("other", 1)
    deleted = []
    assert cache.get_or_compute("k", lambda: deleted.append(cache.invalidate("*"))) is None
    assert deleted == [1]
    assert cache.exists("k")


def test_a_value_that_comes_between_look_and_lock_is_not_computed_again(client, cache, monkeypatch):
    original, looked = client.get, []

    def get(name):
        looked.append(name)
        text = original(name)
        if len(looked) == 1:
            client.set(name, json.dumps("theirs"), ex=60)
        return text

    monkeypatch.setattr(client, "get", get)
    assert cache.get_or_compute("k", lambda: pytest.fail("computed twice")) == "theirs"
    assert list(client.scan_iter(match="*:lock:*")) == []
