"""Checks of names and keys: of items, of users, of helper keys."""

from random import Random

from grader.interleave.calls import Raised
from grader.proxy.resp import ReplyError
from grader.suites.cart_rules import contents, expect_held, fill, holding, key_names, plain
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Executions, Lab, StandIn
from grader.suites.names import SAME_SHORT_HASH, SHARED_STATE, odd_names, word, words

FORBIDDEN = {"KEYS", "FLUSHALL", "FLUSHDB", "CONFIG", "ACL", "SWAPDB", "DEBUG"}
HELD = 30  # seconds that other users' carts live: who waits for one of them to go away needs no longer


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_names_an_item(cart: StandIn, rand: Random) -> None:
    """Items are any text: colons, spaces, newlines, globs and emoji, used as they are."""
    hint = "A name is used as it is: no trimming, no change of case, no normalising, no splitting."
    base = word(rand, 4)
    names = [
        *odd_names(rand),
        base,
        base.upper(),
        f" {base}",
        f"{base} ",
        f"{base}\n",
        " ",
        "\n",
        "0",
        "None",
    ]
    wanted = {name: number for number, name in enumerate(names, 1)}
    for name in names[::2]:
        cart.set_quantity(name, wanted[name])
    fill(cart, {name: wanted[name] for name in names[1::2]})
    expect(contents(cart), "What is in the cart").to_equal(wanted, hint=hint)
    gone, other = rand.sample(names, 2)
    cart.remove(gone)
    cart.quantity(other)
    cart.total({name: 1 for name in names if name != gone})
    del wanted[gone]
    expect(plain(cart.checkout()), "What checkout gave").to_equal(wanted, hint=hint)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_carts_of_different_users_are_apart(lab: Lab, rand: Random) -> None:
    """Every user has a cart of their own, whatever text their name is."""
    base = word(rand, 4)
    users = [base, "*", f"{base}*", base.upper(), f"{base} ", f" {base}", f"{base}\n"]
    users += [f"{base}:", f":{base}", f"{base}:tea", f"{base}_tea", f"{base}-tea", f"{base} tea"]
    users += [f"{base}\u00e9", f"{base}e\u0301", f"{base}e", f"{base}\u212b", f"{base}\u00c5"]
    users += [" ", "\n", *SAME_SHORT_HASH, *rand.sample(odd_names(rand), 5)]
    made = {user: lab.new(f"cart{n}", user) for n, user in enumerate(users)}
    wanted = {user: {"tea": n} for n, user in enumerate(users, 1)}
    for user, cart in made.items():
        fill(cart, wanted[user])
    hint = "Two user ids must never lead to the same key: is the id in the key as it is, and whole?"
    for user, cart in made.items():
        expect(contents(cart), f"The cart of {user!r}").to_equal(wanted[user], hint=hint)
    for user in users[:3]:
        made[user].clear()
    hint = "Clearing one user's cart touched another's: a star in a user id is no pattern."
    for user in (f"{base}:tea", base.upper()):
        expect(contents(made[user]), f"The cart of {user!r}").to_equal(wanted[user], hint=hint)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_no_cart_lies_on_anothers_helper_keys(lab: Lab, rand: Random) -> None:
    """No user's cart collides with the module's helper keys, such as locks."""
    base, guest = word(rand, 8), word(rand, 8)
    alike, alone = named_like_keys(lab, base, guest)
    users = [*alike, f"{base}:lock", f"lock:{base}"]
    lab.empty()
    others = {user: lab.new(f"other{n}", user, ttl=HELD) for n, user in enumerate(dict.fromkeys(users))}
    wanted = {user: {"tea": n} for n, user in enumerate(others, 1)}
    for user, other in others.items():
        fill(other, wanted[user])
    hint = "A helper key needs a name that no user's cart can have: where do their prefixes differ?"
    seen = use_all(lab, base, guest)
    what = f"What the cart of {base!r} holds, what checkout gives, and what is left of it"
    expect(seen, what).to_equal(alone, hint=hint)
    for user, other in others.items():
        expect(contents(other), f"The cart of {user!r}").to_equal(wanted[user], hint=hint)


def use_all(lab: Lab, user: str, guest: str) -> list:
    """What is in a user's cart after many changes, after checkout, and after clear."""
    cart, visitor = lab.new("cart", user), lab.new("visitor", guest)
    cart.add("milk", 2)
    cart.set_quantity("jam", 3)
    cart.remove("jam")
    visitor.add("milk", 1)
    cart.merge(guest)
    seen = [contents(cart), plain(cart.checkout()), contents(cart)]
    cart.add("milk")
    cart.clear()
    return [*seen, contents(cart)]


def named_like_keys(lab: Lab, base: str, guest: str) -> tuple[list[str], list]:
    """Users whose carts could lie on keys that ``base`` needs besides the cart, and what use_all gives."""
    lab.new("cart", base).add("milk")
    layouts = [name.split(base) for name in key_names(lab) if name.count(base) == 1]
    lab.empty()
    with lab.tap() as tap:
        seen = use_all(lab, base, guest)
    used, found = keys_of(lab, tap), set()
    for before, after in layouts:
        for key in used:
            if len(key) > len(before + after) and key.startswith(before) and key.endswith(after):
                found.add(key[len(before) : len(key) - len(after)])
    return sorted(found - {base, guest})[:8], seen


def keys_of(lab: Lab, tap: Executions) -> set[str]:
    """The keys that commands named, in scripts too."""
    found: set[str] = set()
    for command in {one.command for one in tap.executed}:
        try:
            keys = lab.stage.kit.admin.ask("COMMAND", "GETKEYS", *command)
        except ReplyError:
            continue  # it names none
        if isinstance(keys, list):
            found.update(key.decode("utf-8", "replace") for key in keys if isinstance(key, bytes))
    return found


@check(points=0.5, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, rand: Random) -> None:
    """Two objects of one user, in two processes, see the same cart."""
    user, (tea, milk) = word(rand), words(rand, 2)
    here, there = lab.new("here", user), lab.new("there", user, actor=lab.enter())
    hint = SHARED_STATE
    here.add(tea)
    expect(there.count(), "The count that the other object gives").to_equal(1, hint=hint)
    expect(contents(there), "What the other object sees").to_equal({tea: 1}, hint=hint)
    there.set_quantity(milk, 1)
    expect(here.count(), "The count that the first object gives").to_equal(2, hint=hint)
    there.set_quantity(tea, 5)
    expect(contents(here), "What the first object sees").to_equal({tea: 5, milk: 1}, hint=hint)
    expect(here.quantity(tea), "The quantity that the first object gives").to_be_one_of((5, "5"), hint=hint)
    expect(plain(there.checkout()), "What checkout gave").to_equal({tea: 5, milk: 1}, hint=hint)
    expect(contents(here), "What the first object sees").to_equal({}, hint=hint)


@check(points=0.5, objective="keys", guide="carts-and-quantities")
def test_one_hash_for_each_user(lab: Lab, rand: Random) -> None:
    """The cart is one hash per user, a field per item."""
    carts = [lab.new(f"cart{n}", user) for n, user in enumerate(words(rand, 2))]
    wanted = [dict.fromkeys(words(rand, size), 2) for size in (5, 3)]
    for cart, quantities in zip(carts, wanted, strict=True):
        fill(cart, quantities)
    hashes = [state.key for state in lab.keys() if state.type == "hash"]
    sizes = [lab.stage.kit.admin.ask("HLEN", key) for key in hashes]
    hint = "HINCRBY and HSET write one field of a hash: the hash is the user's cart, the field the item."
    for size in (5, 3):
        found = sizes.count(size)
        expect(found, f"The number of hashes with {size} fields, for a cart of {size} items,").to_equal(
            1, hint=hint
        )
    expect([contents(cart) for cart in carts], "What is in the two carts").to_equal(wanted)


@check(points=1, objective="keys", guide="carts-and-quantities")
def test_no_key_when_empty(lab: Lab, rand: Random) -> None:
    """After any call, a user whose cart is empty has no key at all."""
    tea, milk = words(rand, 2)
    cart, guest, other = lab.new("cart", "ann"), lab.new("guest", "gus"), lab.new("other", "oda")
    guest.add(tea)
    other.merge("gus")
    other.checkout()
    other.add(tea)  # what is there for everybody may be there from now on
    before = key_names(lab)
    emptying = [
        ("remove", lambda: (cart.remove(tea), cart.remove(milk))),
        ("set_quantity", lambda: (cart.set_quantity(tea, 0), cart.set_quantity(milk, 0))),
        ("clear", cart.clear),
        ("checkout", cart.checkout),
        ("merge", lambda: other.merge("ann")),
    ]
    for method, empty in emptying:
        fill(cart, {tea: 2, milk: 1})
        empty()
        expect_no_more(lab, before, f"The list of keys that {method} left of a cart that is empty now")
    idle = [
        ("set_quantity", lambda: cart.set_quantity.answer(tea, 0)),
        ("remove", lambda: cart.remove.answer(tea)),
        ("clear", cart.clear.answer),
        ("checkout", cart.checkout.answer),
        ("merge", lambda: cart.merge.answer("nobody")),
        ("a reading method", lambda: [r.answer() for r in (cart.items, cart.count, cart.ttl)]),
        ("a reading method", lambda: (cart.quantity.answer(tea), cart.total.answer({}))),
    ]
    for method, call in idle:
        call()
        expect_no_more(lab, before, f"The list of keys that {method} made of nothing")
    for refused in (
        lambda: cart.add.answer(tea, 0),
        lambda: cart.set_quantity.answer(tea, -1),
        lambda: cart.merge.answer(""),
        lambda: cart.merge.answer("ann"),
    ):
        if isinstance(refused(), Raised):  # else another check finds that
            expect_no_more(lab, before, f"The list of keys left by {lab.last_call}, which raised an error,")
        cart.clear()
    cart.add(tea)
    expect_held(cart, tea)


def expect_no_more(lab: Lab, before: list[str], what: str) -> None:
    """No key is there that wasn't before."""
    hint = "Valkey deletes a hash with its last field; what else a call needs, it deletes before it returns."
    expect([name for name in key_names(lab) if name not in before], what).to_equal([], hint=hint)


@check(points=0.5, objective="performance", guide="scan-not-keys")
def test_nothing_walks_over_all_keys(lab: Lab, rand: Random) -> None:
    """Nothing calls KEYS, FLUSHALL or FLUSHDB or changes the server's settings, inside scripts neither."""
    tea = word(rand)
    with lab.traffic() as traffic, lab.tap() as tap:
        cart, other = lab.new("cart", "ann"), lab.new("other", "gus")
        cart.add(tea, 2)
        other.add(tea, 1)
        cart.merge("gus")
        seen = contents(cart)
        for read in (cart.count, cart.ttl, lambda: cart.quantity(tea), lambda: cart.total({tea: 1})):
            read()
        for method in (cart.checkout, cart.clear, lambda: cart.remove(tea)):
            method()
            cart.set_quantity(tea, 2)
    expect(holding(tea)(seen), "Whether the cart holds what was added").to_equal(True)
    used = sorted((tap.names | set(traffic.recording.names)) & FORBIDDEN)
    hint = "KEYS reads every key on the server and stops everybody meanwhile; a cart knows its own key."
    expect(used, "The list of forbidden commands that the cart calls").to_equal([], hint=hint)
