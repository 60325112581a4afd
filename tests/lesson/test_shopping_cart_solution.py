"""The reference cart on a real Valkey: against plain dicts, in threads and in processes."""

import random
from collections import Counter

import pytest

ITEMS = ["apple", "Apple", " apple", "a:b", "*", "é", "\n", "🙂"]
USERS = ["ada", "bob", "a:b", "a"]


@pytest.fixture
def cart(client, shopping_cart):
    return shopping_cart.ShoppingCart(client, "ada")


class Model:
    """Carts beside what they should hold: for each user the items and the seconds left."""

    def __init__(self, carts, chance):
        self.carts = carts
        self.chance = chance
        self.items = {user: Counter() for user in carts}
        self.left = dict.fromkeys(carts)

    def step(self):
        user, item = self.chance.choice(USERS), self.chance.choice(ITEMS)
        steps = [self.add, self.add, self.add, self.set_quantity, self.remove, self.merge, self.checkout]
        self.chance.choice(steps)(user, item, self.chance.randrange(5))
        self.compare()

    def changed(self, user):
        self.items[user] += Counter()  # drops what has come to 0
        self.left[user] = 10_000 if self.items[user] else None

    def add(self, user, item, quantity):
        self.items[user][item] += quantity + 1
        assert self.carts[user].add(item, quantity + 1) == self.items[user][item]
        self.changed(user)

    def set_quantity(self, user, item, quantity):
        # A call that finds nothing to change may restart the time-to-live or not.
        if quantity != self.items[user][item]:
            assert self.carts[user].set_quantity(item, quantity) is None
            self.items[user][item] = quantity
            self.changed(user)

    def remove(self, user, item, _quantity):
        if self.items[user][item]:
            assert self.carts[user].remove(item) is True
            del self.items[user][item]
            self.changed(user)

    def merge(self, user, _item, _quantity):
        guest = self.chance.choice([other for other in USERS if other != user])
        assert self.carts[user].merge(guest) is None
        if self.items[guest]:
            self.items[user] += self.items.pop(guest)
            self.items[guest] = Counter()
            self.changed(user)
            self.changed(guest)

    def checkout(self, user, _item, quantity):
        if quantity == 0:
            assert self.carts[user].checkout() == dict(self.items[user])
            self.items[user].clear()
            self.changed(user)

    def pass_time(self, seconds):
        for user, left in self.left.items():
            if left is not None:
                self.left[user] = left - seconds
                if self.left[user] <= 0:
                    self.items[user].clear()
                    self.left[user] = None

    def compare(self):
        prices = {item: number + 1 for number, item in enumerate(ITEMS)}
        for user, cart in self.carts.items():
            items = +self.items[user]
            assert cart.items() == dict(items)
            assert cart.count() == items.total()
            assert cart.total(prices) == sum(prices[item] * count for item, count in items.items())
            assert [cart.quantity(item) for item in ITEMS] == [items[item] for item in ITEMS]
            left = cart.ttl()
            assert left is None if self.left[user] is None else abs(left - self.left[user]) <= 30


@pytest.mark.parametrize("seed", range(4))
def test_it_behaves_as_dicts_with_expiries(client, shopping_cart, advance, seed):
    chance = random.Random(seed)
    carts = {user: shopping_cart.ShoppingCart(client, user, 10_000) for user in USERS}
    model = Model(carts, chance)
    for number in range(200):
        model.step()
        assert client.dbsize() == sum(bool(+items) for items in model.items.values())
        if number % 10 == 9:
            advance(2100)
            model.pass_time(2100)
            model.compare()


def test_bad_arguments_are_refused_before_anything_happens(client, cart, shopping_cart):
    cart.add("apple", 2)
    client.expire(*client.scan_iter(), 50)
    calls = [
        lambda: shopping_cart.ShoppingCart(client, ""),
        lambda: shopping_cart.ShoppingCart(client, "x", 0),
        lambda: shopping_cart.ShoppingCart(client, "x", 1.5),
        lambda: cart.add(""),
        lambda: cart.add("apple", 0),
        lambda: cart.add("apple", -1),
        lambda: cart.set_quantity("", 1),
        lambda: cart.set_quantity("apple", -1),
        lambda: cart.remove(""),
        lambda: cart.quantity(""),
        lambda: cart.merge(""),
        lambda: cart.merge("ada"),
    ]
    for call in calls:
        with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
            call()
    with pytest.raises(KeyError):
        cart.total({"pear": 1})
    assert cart.items() == {"apple": 2}
    assert cart.ttl() <= 50


def test_reading_never_restarts_the_time_to_live(client, cart):
    cart.add("apple")
    client.expire(*client.scan_iter(), 50)
    assert (cart.items(), cart.quantity("apple"), cart.count(), cart.total({"apple": 3})) == (
        {"apple": 1},
        1,
        1,
        3,
    )
    assert cart.ttl() <= 50


def test_a_merge_takes_this_carts_time_to_live(client, shopping_cart):
    guest = shopping_cart.ShoppingCart(client, "guest", 10)
    guest.add("apple")
    mine = shopping_cart.ShoppingCart(client, "ada", 500)
    mine.merge("guest")
    assert mine.ttl() >= 499
    assert guest.ttl() is None


def test_clear_leaves_no_key(client, cart):
    cart.add("apple")
    assert cart.clear() is None
    assert client.dbsize() == 0


def test_adds_of_threads_and_processes_all_count(cart, at_once, answers):
    at_once(lambda: [cart.add("apple") for _ in range(20)], 10)
    answers("shopping_cart", "ShoppingCart", ["ada"], ["[it.add('apple') for _ in range(50)][-1]"] * 3)
    assert cart.quantity("apple") == 350


def test_of_checkouts_at_once_one_gets_the_items(cart, at_once):
    cart.add("apple", 3)
    assert Counter(map(str, at_once(cart.checkout, 10))) == {"{}": 9, "{'apple': 3}": 1}


def test_no_unit_is_lost_or_doubled_among_adds_merges_and_checkouts(client, answers, shopping_cart):
    """Five processes put in, merge and take out at once; what came out and what is left is what went in."""
    add = "[it.add('apple') for _ in range(200)] and 0"
    guest = "[type(it)(client, 'guest').add('apple') for _ in range(200)] and 0"
    merge = "[it.merge('guest') for _ in range(100)] and 0"
    out = "sum(it.checkout().get('apple', 0) for _ in range(100))"
    taken = answers("shopping_cart", "ShoppingCart", ["ada"], [add, guest, merge, merge, out, out])
    ada = shopping_cart.ShoppingCart(client, "ada")
    ada.merge("guest")
    assert sum(taken) + ada.quantity("apple") == 400
