"""The reference session store on a real Valkey: against plain dicts with two times each, and in threads."""

import random
import re

import pytest

USERS = ["ada", "a:b", "a", "é", "*"]
IDLE, LIFETIME = 3000, 10_000  # large: the server's own clock runs on beside the tests'


@pytest.fixture
def store(client, session_store):
    return session_store.SessionStore(client, IDLE, LIFETIME)


class Model:
    """A store beside the sessions that it should hold: user, data, seconds of idle time and of life left."""

    def __init__(self, store, chance):
        self.store = store
        self.chance = chance
        self.live = {}
        self.over = ["never was"]

    def step(self):
        token = self.chance.choice([*self.live, *self.over[-3:]])
        steps = [self.create, self.create, self.get, self.get, self.update, self.log_out, self.everywhere]
        self.chance.choice(steps)(token, self.chance.choice(USERS))
        self.compare()

    def create(self, _token, user):
        token = self.store.create(user, {"by": user})
        assert re.fullmatch("[A-Za-z0-9_-]{32,}", token)
        assert token not in self.live
        self.live[token] = [user, {"by": user}, IDLE, LIFETIME]

    def get(self, token, _user):
        session = self.live.get(token)
        assert self.store.get(token) == (None if session is None else (session[0], session[1]))
        self.used(token)

    def update(self, token, user):
        assert self.store.update(token, {"new": user}) is (token in self.live)
        if token in self.live:
            self.live[token][1] = {"new": user}
        self.used(token)

    def log_out(self, token, _user):
        assert self.store.log_out(token) is (token in self.live)
        self.end([token] if token in self.live else [])

    def everywhere(self, _token, user):
        tokens = [token for token, session in self.live.items() if session[0] == user]
        assert self.store.log_out_everywhere(user) == len(tokens)
        self.end(tokens)

    def used(self, token):
        if token in self.live:
            self.live[token][2] = IDLE

    def end(self, tokens):
        for token in tokens:
            del self.live[token]
            self.over.append(token)

    def pass_time(self, seconds):
        for session in self.live.values():
            session[2] -= seconds
            session[3] -= seconds
        self.end([token for token, session in self.live.items() if min(session[2:]) <= 0])

    def compare(self):
        for user in USERS:
            tokens = {token for token, session in self.live.items() if session[0] == user}
            assert self.store.tokens(user) == tokens


@pytest.mark.parametrize("seed", range(4))
def test_it_behaves_as_dicts_with_two_times(client, store, advance, seed):
    model = Model(store, random.Random(seed))
    for number in range(150):
        model.step()
        if number % 3 == 2:
            # 730 and not 700: no time of the model's comes to 0 exactly.
            advance(730)
            model.pass_time(730)
            model.compare()
    for key in client.scan_iter():
        assert client.pttl(key) > 0 or min(client.hpttl(key, *client.hkeys(key))) > 0
    advance(LIFETIME + 1)
    assert client.dbsize() == 0


def test_nothing_extends_the_lifetime(store, advance):
    token = store.create("ada")
    for _ in range(9):
        advance(1100)
        assert store.get(token) == ("ada", {})
    advance(150)
    assert store.get(token) is None
    assert store.update(token, {}) is False


def test_a_call_takes_one_round_trip(store, round_trips):
    token = store.create("ada")
    store.get(token)
    assert round_trips(lambda: store.get(token)) == 1


def test_bad_arguments_are_refused_before_anything_happens(client, store, session_store):
    token = store.create("ada", {"a": 1})
    calls = [
        lambda: session_store.SessionStore(client, 0, 5),
        lambda: session_store.SessionStore(client, 5, -1),
        lambda: session_store.SessionStore(client, 1.5),
        lambda: store.create(""),
        lambda: store.get(""),
        lambda: store.update("", {}),
        lambda: store.log_out(""),
        lambda: store.log_out_everywhere(""),
        lambda: store.tokens(""),
    ]
    for call in calls:
        with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
            call()
    for call in (lambda: store.create("ada", {"a": {1}}), lambda: store.update(token, {"a": {1}})):
        with pytest.raises(TypeError):
            call()
    assert store.get(token) == ("ada", {"a": 1})
    assert store.tokens("ada") == {token}


def test_of_calls_at_once_each_session_is_counted_by_one(store, at_once):
    for _ in range(50):
        store.create("ada")
    assert sum(at_once(lambda: store.log_out_everywhere("ada"), 8)) == 50


def test_no_session_survives_beside_creates_and_updates(client, store, answers):
    create = "[it.update(it.create('ada'), {'n': 1}) for _ in range(100)] and 0"
    everywhere = "sum(it.log_out_everywhere('ada') for _ in range(100))"
    ended = answers(
        "session_store", "SessionStore", [IDLE, LIFETIME], [create, create, everywhere, everywhere]
    )
    assert sum(ended) + store.log_out_everywhere("ada") == 200
    assert client.dbsize() == 0
