"""The reference cache on a real Valkey: against a plain dict, and sentence by sentence."""

import random

import pytest

KEYS = [
    "a",
    "b",
    "a:b",
    "a b",
    " a",
    "A",
    "*",
    "a*",
    "[a]",
    "?",
    "é",
    "\n",
    "🙂",
    "lock:a",
    "entry:a",
    "cache:entry:a",
]
VALUES = [None, 0, 1.5, "", "1", 1, [], {"a": [None, {"b": "é"}]}, [True, False], "x" * 5000]


class Model:
    """A cache beside what it should hold: for each key its value and the seconds left."""

    def __init__(self, cache, chance):
        self.cache = cache
        self.chance = chance
        self.entries = {}

    def step(self):
        key, value = self.chance.choice(KEYS), self.chance.choice(VALUES)
        ttl = self.chance.choice([None, 1000, 10_000])
        steps = [self.set, self.delete, self.touch, self.set_many, self.compute, self.invalidate]
        self.chance.choice(steps)(key, value, ttl)
        self.compare()

    def set(self, key, value, ttl):
        self.cache.set(key, value, ttl)
        self.entries[key] = [value, ttl or 5000]

    def delete(self, key, _value, _ttl):
        assert self.cache.delete(key) is (self.entries.pop(key, None) is not None)

    def touch(self, key, _value, ttl):
        assert self.cache.touch(key, ttl) is (key in self.entries)
        if key in self.entries:
            self.entries[key][1] = ttl or 5000

    def set_many(self, key, value, ttl):
        keys = [key, *self.chance.sample(KEYS, 3)]
        self.cache.set_many(dict.fromkeys(keys, value), ttl)
        self.entries.update({each: [value, ttl or 5000] for each in keys})

    def compute(self, key, value, ttl):
        answer = self.cache.get_or_compute(key, lambda: value, ttl)
        assert answer == self.entries.setdefault(key, [value, ttl or 5000])[0]

    def invalidate(self, *_):
        gone = [key for key in self.entries if key.startswith("a")]
        assert self.cache.invalidate("a*") == len(gone)
        for key in gone:
            del self.entries[key]

    def pass_time(self, seconds):
        self.entries = {k: [v, left - seconds] for k, (v, left) in self.entries.items() if left > seconds}

    def compare(self):
        assert self.cache.get_many(KEYS) == {key: value for key, (value, _) in self.entries.items()}
        key = self.chance.choice(KEYS)
        value, expected = self.entries.get(key, ["none", None])
        left = self.cache.ttl(key)
        assert self.cache.get(key, "none") == value
        assert self.cache.exists(key) is (key in self.entries)
        assert left is None if expected is None else abs(left - expected) <= 30


@pytest.mark.parametrize("seed", range(5))
def test_it_behaves_as_a_dict_with_expiries(client, cache_manager, advance, seed):
    chance = random.Random(seed)
    models = [
        Model(cache_manager.CacheManager(client, name, 5000), chance) for name in ("one", "two", "o-n_e")
    ]
    for number in range(300):
        chance.choice(models).step()
        if number % 20 == 19:
            advance(700)
            for model in models:
                model.pass_time(700)
        for model in models:
            model.compare()
    assert all(client.pttl(key) > 0 for key in client.scan_iter())


@pytest.mark.parametrize("namespace", ["", "a b", "a:b", "é", "shop\n", "*", " a"])
def test_a_bad_namespace_is_refused(client, cache_manager, namespace):
    with pytest.raises(ValueError, match="namespace"):
        cache_manager.CacheManager(client, namespace)


@pytest.mark.parametrize("ttl", [0, -1, 1.5])
def test_a_bad_time_to_live_is_refused_before_anything_happens(client, cache, cache_manager, ttl):
    cache.set("k", "old")
    before = client.info("commandstats").get("cmdstat_get")
    calls = [
        lambda: cache_manager.CacheManager(client, "x", ttl),
        lambda: cache.set("k", 1, ttl),
        lambda: cache.touch("k", ttl),
        lambda: cache.set_many({"k": 1}, ttl),
        lambda: cache.set_many({}, ttl),
        lambda: cache.get_or_compute("k", pytest.fail, ttl),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="time-to-live"):
            call()
    assert client.info("commandstats").get("cmdstat_get") == before
    assert cache.get("k") == "old"


def test_an_empty_key_is_refused_before_anything_happens(client, cache):
    calls = [
        lambda: cache.set("", 1),
        lambda: cache.get(""),
        lambda: cache.delete(""),
        lambda: cache.exists(""),
        lambda: cache.ttl(""),
        lambda: cache.touch(""),
        lambda: cache.get_many(["a", ""]),
        lambda: cache.set_many({"a": 1, "": 2}),
        lambda: cache.get_or_compute("", pytest.fail),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="key"):
            call()
    assert client.dbsize() == 0


@pytest.mark.parametrize("value", [{1}, b"x", object()])
def test_a_value_that_json_refuses_changes_nothing(client, cache, value):
    cache.set("k", "old", 100)
    for call in (
        lambda: cache.set("k", value, 7),
        lambda: cache.set_many({"k": 1, "l": value}, 7),
        lambda: cache.get_or_compute("m", lambda: value),
    ):
        with pytest.raises(TypeError):
            call()
    assert cache.get("k") == "old"
    assert cache.ttl("k") > 90
    assert client.dbsize() == 1


def test_many_take_one_round_trip(cache, round_trips):
    many = {f"k{number}": number for number in range(10_000)}
    cache.set_many({"warm": 1})
    cache.set_many(many)
    # The server reads a large batch in pieces, so a small one is counted.
    few = dict(list(many.items())[:50])
    assert round_trips(lambda: cache.set_many(few)) == 1
    assert round_trips(lambda: cache.get_many(iter(few))) == 1
    assert round_trips(lambda: cache.get_many([])) == 0
    assert round_trips(lambda: cache.set_many({})) == 0
    assert cache.get_many(key for key in many) == many


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("*", {"a", "b", "ab", "a:b", "*"}),
        ("a*", {"a", "ab", "a:b"}),
        ("a?", {"ab"}),
        ("[ab]", {"a", "b"}),
        ("[a-c]", {"a", "b"}),
        ("[*]", {"*"}),
        ("", set()),
        ("x*", set()),
    ],
)
def test_invalidate_takes_a_glob(client, cache, cache_manager, pattern, matches):
    keys = ["a", "b", "ab", "a:b", "*"]
    other = cache_manager.CacheManager(client, "cach")
    for each in (cache, other):
        each.set_many(dict.fromkeys(keys, 1))
    assert cache.invalidate(pattern) == len(matches)
    assert set(cache.get_many(keys)) == set(keys) - matches
    assert set(other.get_many(keys)) == set(keys)


def test_invalidate_counts_each_entry_for_one_caller_only(cache, at_once):
    cache.set_many({f"k{number}": number for number in range(3000)})
    assert sum(at_once(lambda: cache.invalidate("*"), 4)) == 3000


def test_nothing_forbidden_is_called(client, cache):
    cache.set_many({"a": 1})
    cache.get_or_compute("b", lambda: 1)
    cache.invalidate("*")
    called = set(client.info("commandstats"))
    assert not called & {"cmdstat_keys", "cmdstat_flushdb"}
