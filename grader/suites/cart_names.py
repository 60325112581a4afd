"""Checks of names and keys: of items, of users, of helper keys."""

from random import Random

from grader.interleave.calls import Raised, Returned, show
from grader.proxy.resp import ReplyError
from grader.results import KeyState
from grader.suites.cart_rules import (
    IN_THE_CART,
    LONG,
    contents,
    expect_all,
    expect_contents,
    expect_held,
    fill,
    key_names,
    peek,
    plain,
)
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, Hint, expect, sentence
from grader.suites.keys import shown_name
from grader.suites.lab import Executions, Lab, StandIn
from grader.suites.names import (
    ALIKE,
    SAME_SHORT_HASH,
    SHARED_STATE,
    long_names,
    odd_names,
    short,
    signs_around,
    word,
    words,
)

REMEMBERS = "On an emptied server the same calls give something else than before: what does Python remember?"
SHOWN_KEYS = 6
ONE_HASH = "HINCRBY and HSET write a field of a hash: the hash is the cart, and each of its fields an item."
NOT_EVEN_A_HELPER = (
    "Valkey deletes a hash with its last field; what else a call needs, it deletes before it returns."
)
MOST_OWN_FIELDS = 2  # of a cart, beside one for each item: a version, the moment of its last change
SHORT, LATE = 60, 10  # seconds that a cart lives; after its end, when all that belonged to it is gone
HELD = 30  # seconds that other users' carts live: who waits for one of them to go away needs no longer


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_names_an_item(lab: Lab, cart: StandIn, rand: Random) -> None:
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
        "7",
        "07",
        "None",
        f"{base}%20",
        f"{base}&amp;",
        f"{{{base}}}",
        rf"{base}\n",
        f"{base}-_@&+$~^!<>()",  # one is set, the other added
        f"()-_@&+$~^!<>{base}",
        f"{base}e\u0301",
        *own_fields(lab, cart, base),
    ]
    wanted = {name: number for number, name in enumerate(names, 1)}
    for name in names[::2]:
        cart.set_quantity(name, wanted[name])
    fill(cart, {name: wanted[name] for name in names[1::2]})
    expect_all(contents(cart), wanted, IN_THE_CART, hint)
    gone, other = f"{base}e\u0301", rand.choice(names)
    seen = cart.quantity(gone)  # that it is an int is another check's affair
    expect(seen, f"The quantity of {gone!a}").to_be_one_of((wanted[gone], str(wanted[gone])), hint=hint)
    cart.remove(gone)
    cart.quantity(other)
    cart.total(dict.fromkeys(names, 1))
    del wanted[gone]
    expect_all(plain(cart.checkout()), wanted, "What checkout gave", hint)
    wanted = {name: number for number, name in enumerate(long_names(rand), 1)}
    fill(cart, wanted)
    hint = "Names may be long, and differ at their very end only: they are used whole, none is cut."
    expect_all(contents(cart), wanted, IN_THE_CART, hint)
    expect_signs(lab, rand, base)


def expect_signs(lab: Lab, rand: Random, base: str) -> None:
    """Names with control characters, and with what others put between two names, come back in each way."""
    hint = "Control characters are text as well, NUL too: names are neither joined by one nor cut at one."
    cart = lab.new("other", word(rand, 8))
    wanted = {name: number for number, name in enumerate((base, *signs_around(base)), 1)}
    fill(cart, wanted)
    expect_all(contents(cart), wanted, IN_THE_CART, hint)
    for name in signs_around(base):
        cart.remove(name)
        cart.set_quantity(name, wanted[name])
    expect_all(plain(cart.checkout()), wanted, "What checkout gave", hint)


def own_fields(lab: Lab, cart: StandIn, item: str) -> list[str]:
    """The fields that the module's hashes have beside the item's: an item may be called so too."""
    guest = f"guest of {item}"
    lab.new("guest", guest).add(item)
    cart.add(item)
    cart.merge.answer(guest)  # this and the next are other checks' affairs
    cart.set_quantity.answer(item, 2)
    admin = lab.stage.kit.admin
    replies = [admin.ask("HKEYS", state.key) for state, _ in lab.lengths("hash")]
    cart.remove.answer(item)
    fields = [field for reply in replies if isinstance(reply, list) for field in reply]
    names = {shown_name(field) for field in fields if isinstance(field, bytes)}
    return sorted(name for name in names if name and len(name) < LONG and item not in name)[:MOST_OWN_FIELDS]


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_carts_of_different_users_are_apart(lab: Lab, rand: Random) -> None:
    """Every user has a cart of their own, whatever text their name is."""
    base = word(rand, 4)
    users = [base, "*", f"{base}*", base.upper(), f"{base} ", f" {base}", f"{base}\n"]
    users += [f"{base}:", f":{base}", f"{base}:tea", f"{base}_tea", f"{base}-tea", f"{base} tea"]
    users += [f"{base}\u00e9", f"{base}e\u0301", f"{base}e", f"{base}\u212b", f"{base}\u00c5"]
    users += [f"{base}{sign}tea" for sign in (".", "/", "//", "@")]
    users += [f"user:{base}", f"cart:{base}", "7", "07", *key_of(lab, base)]
    users += [f"{{{base}}}", f"{base}%20tea", f"{base}&#233;", rf"{base}\xe9"]  # as escapes write some
    users += [" ", "\n", *SAME_SHORT_HASH, *rand.sample(odd_names(rand), 5), *long_names(rand)]
    users += signs_around(base)
    made = lab.new_each("cart", users)
    wanted = {user: {"tea": n} for n, user in enumerate(users, 1)}
    for user, cart in made.items():
        fill(cart, wanted[user])
    for user, cart in made.items():
        seen = expect_contents(cart, f"The cart of {short(user)}")
        seen.to_equal(wanted[user], hint=lambda user=user: same_key(lab, made, user))
    for user in users[:3]:
        made[user].clear()
    hint = "Clearing one user's cart touched another's: a star in a user id is no pattern."
    for user in (f"{base}:tea", base.upper()):
        expect_contents(made[user], f"The cart of {user!r}").to_equal(wanted[user], hint=hint)


def key_of(lab: Lab, user: str) -> list[str]:
    """What a user's cart is called on the server: another user may be called so."""
    like = f"{user}0"  # whose key it is told by: the user's own cart stays as it is
    lab.new("first", like).add("tea")
    found = [name.replace(like, user) for name in key_names(lab) if like in name and name != like]
    return found[:1]


def same_key(lab: Lab, made: dict[str, StandIn], user: str) -> str:
    """The hint where a user's cart is wrong, with the other user whose cart is the same."""
    seen = peek(lab, made[user])
    twin = next((other for other in made if other != user and seen and peek(lab, made[other]) == seen), None)
    if twin is None:
        return "Two user ids must never lead to the same key: is the id in the key as it is, and whole?"
    return f"{short(user)} and {short(twin)} share one cart: is the id in the key as it is, and whole?"


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_no_cart_lies_on_anothers_helper_keys(lab: Lab, rand: Random) -> None:
    """No user's cart collides with the module's helper keys, such as locks."""
    base, guest = word(rand, 8), word(rand, 8)
    alike, alone = named_like_keys(lab, base, guest)
    users = [*alike, f"{base}:lock", f"lock:{base}"]
    lab.empty()
    others = lab.new_each("other", users, ttl=HELD)
    wanted = {user: {"tea": n} for n, user in enumerate(others, 1)}
    for user, other in others.items():
        fill(other, wanted[user])
    seen = use_all(lab, base, guest)
    what = f"What the cart of {base!r} holds, what checkout gives, and what is left of it"
    right = [{"milk": 3}, {"milk": 3}, {}, {}]
    hint = "A helper key needs a name that no user's cart can have: where do their prefixes differ?"
    # What differs from run to run although the database was emptied in between is no matter of keys.
    expect(seen, what).to_equal(alone, hint=hint if alone == right else REMEMBERS)
    hint = (
        "Another user's calls reached this cart: by a helper key of the same name, or by a pattern that fits."
    )
    for user, other in others.items():
        expect_contents(other, f"The cart of {user!r}").to_equal(wanted[user], hint=hint)


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
            found.update(shown_name(key) for key in keys if isinstance(key, bytes))
    return found


@check(points=0.5, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, rand: Random) -> None:
    """Two objects of one user, in two processes, see the same cart."""
    user, (tea, milk, jam, egg) = word(rand), words(rand, 4)
    prices = {tea: 300, milk: 1000}
    here, there = lab.new("here", user), lab.new("there", user, actor=lab.enter())
    hint = SHARED_STATE
    here.add(tea)
    expect(there.count(), "The count that the other object gives").to_equal(1, hint=hint)
    expect_contents(there, "What the other object sees").to_equal({tea: 1}, hint=hint)
    there.set_quantity(milk, 1)
    expect(here.count(), "The count that the first object gives").to_equal(2, hint=hint)
    here.quantity(tea)
    here.total(prices)
    there.set_quantity(tea, 5)
    first = "What the first object sees"
    expect_contents(here, first).to_equal({tea: 5, milk: 1}, hint=lambda: unless_alike(lab, here, there))
    expect(here.quantity(tea), "The quantity that the first object gives").to_be_one_of((5, "5"), hint=hint)
    count, total = there.count(), there.total(prices)  # what is wrong in both is another check's affair
    expect(here.count(), "The count that the first object gives").to_equal(count, hint=hint)
    expect(here.total(prices), "The total that the first object gives").to_equal(total, hint=hint)
    expect(plain(there.checkout()), "What checkout gave").to_equal({tea: 5, milk: 1}, hint=hint)
    expect_contents(here, first).to_equal({}, hint=lambda: unless_alike(lab, here, there))
    for item in (milk, jam, egg):
        there.add(item)
    own, other = there.remove(egg), here.remove(jam)
    expect(other, "What remove of another object's item gives").to_equal(own, hint=hint)


def unless_alike(lab: Lab, here: StandIn, there: StandIn) -> str:
    """The hint where two objects see something wrong: if both see the same, they do share their state."""
    return ALIKE if peek(lab, here) == peek(lab, there) else SHARED_STATE


@check(points=0.5, objective="keys", guide="carts-and-quantities")
def test_one_hash_for_each_user(lab: Lab, rand: Random) -> None:
    """The cart is one hash per user, a field per item."""
    carts = [lab.new(f"cart{n}", user) for n, user in enumerate(words(rand, 2))]
    wanted = [dict.fromkeys(words(rand, size), 2) for size in (5, 3)]
    for cart, quantities in zip(carts, wanted, strict=True):
        fill(cart, quantities)
    sizes = {state.key: size for state, size in lab.lengths("hash")}
    # A helper key may be a hash of as many fields; and a cart may have a field of its own beside the items.
    if not any({5 + own, 3 + own} <= set(sizes.values()) for own in range(MOST_OWN_FIELDS + 1)):
        message = "A cart of 5 items and one of 3 are not one hash each, with a field per item."
        seen = ", ".join(f"{one.key!r}: {shape(one, sizes)}" for one in lab.keys()[:SHOWN_KEYS])
        raise CheckFailedError(message, sentence("a hash of 5 fields and one of 3"), sentence(seen), ONE_HASH)
    for cart, quantities in zip(carts, wanted, strict=True):
        expect_contents(cart).to_equal(quantities)


def shape(key: KeyState, sizes: dict[str, int]) -> str:
    """A key's type, and a hash's number of fields."""
    return f"a hash of {sizes[key.key]} fields" if key.key in sizes else f"a {key.type}"


@check(points=1, objective="keys", guide="carts-and-quantities")
def test_no_key_when_empty(lab: Lab, rand: Random) -> None:
    """After any call, a user whose cart is empty has no key at all."""
    tea, milk = words(rand, 2)
    cart, guest, other = lab.new("cart", "ann"), lab.new("guest", "gus"), lab.new("other", "oda")
    guest.add(tea)
    other.merge("gus")
    other.checkout()
    use_each_way(other, tea)  # what is there for everybody may be there from now on
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
        cart.items.answer()
        empty()
        whose = "the guest's cart" if method == "merge" else "a cart that is empty now"
        what = f"The list of keys that {method} left of {whose}"
        expect_no_more(lab, before, what, lambda method=method: why_left(lab, cart, method))
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
            what = f"The list of keys left by {lab.last_call}, which raised an error,"
            expect_no_more(
                lab, before, what, "A call that raises leaves nothing: look at the arguments first."
            )
        cart.clear()
    expect_nothing_later(lab, other, tea)
    cart.add(tea)
    expect_held(cart, tea)


def expect_nothing_later(lab: Lab, other: StandIn, item: str) -> None:
    """After the end of a cart's time, a user who has looked at it again has no key."""
    other.add(item)  # what this leaves is there for everybody
    other.checkout()
    before, cart = key_names(lab), lab.new("late", "lea", ttl=SHORT)
    cart.add(item, 2)
    own = set(key_names(lab)) - set(before)
    lab.advance(SHORT + LATE)
    if cart.items.answer() != Returned({}):
        return  # nothing expires, or items is wrong: another check's affair
    for read in (cart.count, cart.ttl, lambda: cart.quantity(item)):
        getattr(read, "answer", read)()
    what = f"The list of keys of a cart {LATE} seconds after its end, which was read then"
    hint = "A helper key ends with its cart: it gets the cart's own time, with each change, in the same step."
    expect([name for name in key_names(lab) if name in own], what).to_equal([], hint=hint)


def use_each_way(cart: StandIn, item: str) -> None:
    """Empty a cart in each way, and ask what changes nothing; what comes of it is another check's affair."""
    for empty in (
        lambda: cart.set_quantity.answer(item, 0),
        lambda: cart.remove.answer(item),
        cart.clear.answer,
        lambda: cart.merge.answer("nobody"),
    ):
        cart.add(item)
        empty()
        empty()
    for read in (cart.items, cart.count, cart.ttl):
        read.answer()
    cart.quantity.answer(item)
    cart.total.answer({item: 1})


def why_left(lab: Lab, cart: StandIn, method: str) -> str:
    """The hint where a key is left of a cart that should be empty."""
    if all(state.type != "hash" for state in lab.keys()):  # and another user's cart is there
        return ONE_HASH
    if (still := peek(lab, cart)) and isinstance(still, dict):
        return f"The cart isn't empty: items still gives {show(still)} after {method}."
    return NOT_EVEN_A_HELPER


def expect_no_more(lab: Lab, before: list[str], what: str, hint: Hint = NOT_EVEN_A_HELPER) -> None:
    """No key is there that wasn't before."""
    expect([name for name in key_names(lab) if name not in before], what).to_equal([], hint=hint)
