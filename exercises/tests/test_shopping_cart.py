"""A small sample of the checks for exercise 3. Write more of your own."""

import pytest
from shopping_cart import ShoppingCart


@pytest.fixture
def cart(client):
    """A cart with two items."""
    made = ShoppingCart(client, "ada")
    made.add("apple", 2)
    made.add("pear")
    return made


def test_items_and_quantities(cart):
    assert cart.add("apple") == 3
    assert cart.items() == {"apple": 3, "pear": 1}
    assert cart.quantity("plum") == 0
    assert cart.count() == 4


def test_adds_at_the_same_time_all_count(cart, at_once):
    at_once(lambda: cart.add("plum"))
    assert cart.quantity("plum") == 8


def test_an_empty_cart_has_no_key(cart, client):
    cart.set_quantity("apple", 0)
    assert cart.remove("pear") is True
    assert cart.remove("pear") is False
    assert cart.ttl() is None
    assert client.dbsize() == 0


def test_a_change_restarts_the_time_to_live_and_reading_does_not(cart, client):
    for key in client.scan_iter():
        client.expire(key, 100)  # as if much time had gone by
    cart.items()
    cart.total({"apple": 1, "pear": 1})
    assert cart.ttl() <= 100
    cart.add("apple")
    assert cart.ttl() >= 1799


def test_total_needs_every_price(cart):
    assert cart.total({"apple": 50, "pear": 120, "plum": 999}) == 220
    with pytest.raises(KeyError):
        cart.total({"apple": 50})


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_bad_quantity_changes_nothing(cart, quantity):
    with pytest.raises(ValueError):
        cart.add("plum", quantity)
    assert cart.items() == {"apple": 2, "pear": 1}


def test_merge_moves_the_guests_cart(cart, client, seconds_left):
    guest = ShoppingCart(client, "guest", ttl=60)
    guest.add("apple")
    guest.add("plum", 5)
    cart.merge("guest")
    assert cart.items() == {"apple": 3, "pear": 1, "plum": 5}
    assert guest.items() == {}
    assert all(seconds >= 1799 for seconds in seconds_left())


def test_a_cart_can_not_be_merged_with_itself(cart):
    with pytest.raises(ValueError):
        cart.merge("ada")
    assert cart.items() == {"apple": 2, "pear": 1}


def test_of_checkouts_at_the_same_time_one_gets_the_items(cart, client, at_once):
    answers = at_once(cart.checkout)
    assert sorted(map(len, answers)) == [0] * 7 + [2]
    assert {"apple": 2, "pear": 1} in answers
    assert client.dbsize() == 0


def test_users_with_strange_names_have_their_own_carts(client):
    names = ["a", "a:b", "a b", "A", "*", "naïve", "🙂"]
    for number, name in enumerate(names, start=1):
        ShoppingCart(client, name).add("apple", number)
    assert [ShoppingCart(client, name).quantity("apple") for name in names] == [1, 2, 3, 4, 5, 6, 7]
