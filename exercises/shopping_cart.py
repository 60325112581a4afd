"""Exercise 3: a shopping cart in a hash (30 points).

Fill in the methods of `ShoppingCart`. What follows is the whole contract: a module that keeps it gets
full marks, whichever commands, key names and helpers it uses.

Rules for all exercises
-----------------------
* `client` is a plain `redis.Redis` made with `decode_responses=True` (no subclass, no wrapper), and the only
  way to the server. Use whatever is made from it: pipelines, pub/sub, locks, scripts, functions, an object
  over `client.connection_pool`. Open no connection of your own, from a host, port, URL or environment
  variable. Each process makes its own client and objects; one client serves at most 50 threads.
* All state lives on the server: two objects made with the same arguments, in two processes, see the same
  data. Each module is used by itself, on a database that is empty when an object is made. The server keeps
  scripts and functions while it lives.
* Bad arguments raise the error named below, in every method that takes them, before anything is read,
  computed or written. A time-to-live is a whole number of seconds above 0: 0, negative numbers and 1.5
  raise `ValueError`. Other wrong types are outside the contract.
* Names and strings are any text that UTF-8 can encode, colons, spaces, newlines, `*`, `?`, `[` and emoji
  included, used as they are: no trimming, no change of case, no normalising. A name that is empty raises
  `ValueError`: key (in `get_many` and `set_many` too), player, item, user, guest, board.
* No key, board, user or namespace may collide with another of its module, nor with the module's own helper
  keys.
* Every key that you write has an expiry, helper keys such as locks too; only a `Leaderboard` without `ttl`
  has none. An expiry on every field of a hash counts as one. Where a write could leave a key without an
  expiry, set the expiry in the same atomic step (one command, `MULTI`/`EXEC`, a script or a function; a
  plain pipeline is not one), so that no crash leaves a key that never expires.
* Call no `KEYS`, `FLUSHALL` or `FLUSHDB` and change no setting of the server, inside scripts neither; a walk
  over keys uses `SCAN`.
* Results are compared with `==`: a NamedTuple serves for a tuple, `1` for `True`; a generator does not serve
  for a list. Times are checked to within a second.
* A round trip begins when a connection sends after it has read: a batch of any length that is sent before
  the next reply is read is one. Connecting (a second connection too), and loading a script or function once,
  do not count: one call is made first, to warm up. Deprecated client methods such as `setex` are allowed.
* You may use the standard library, redis-py and modules of your own that lie beside this one: its folder is
  the first on `sys.path`.
"""

from collections.abc import Mapping

import redis


class ShoppingCart:
    """One user's items and how many of each.

    * Quantities are whole numbers; money is whole cents.
    * The cart is one hash for each user, with a field for each item.
    * A change that leaves items in the cart restarts its time-to-live. Reading never does; a call that
      raises never does; one that finds nothing to change may or may not.
    * After any call, a user whose cart is empty has no key at all.
    """

    def __init__(self, client: redis.Redis, user_id: str, ttl: int = 1800) -> None:
        """Make the cart of `user_id`; it expires `ttl` seconds after its last change."""
        raise NotImplementedError("ShoppingCart.__init__ is still to be written")

    def add(self, item: str, quantity: int = 1) -> int:
        """Add to the item's quantity; return the item's new quantity.

        A quantity below 1 raises `ValueError`. Of two adds at the same time both count.
        """
        raise NotImplementedError("ShoppingCart.add is still to be written")

    def set_quantity(self, item: str, quantity: int) -> None:
        """Set the item's quantity; 0 removes the item, a negative quantity raises `ValueError`."""
        raise NotImplementedError("ShoppingCart.set_quantity is still to be written")

    def remove(self, item: str) -> bool:
        """Remove the item; True where it was in the cart."""
        raise NotImplementedError("ShoppingCart.remove is still to be written")

    def quantity(self, item: str) -> int:
        """Return the item's quantity, 0 where it is not in the cart."""
        raise NotImplementedError("ShoppingCart.quantity is still to be written")

    def items(self) -> dict[str, int]:
        """Return every item in the cart with its quantity."""
        raise NotImplementedError("ShoppingCart.items is still to be written")

    def count(self) -> int:
        """Return how many units are in the cart in all."""
        raise NotImplementedError("ShoppingCart.count is still to be written")

    def total(self, prices: Mapping[str, int]) -> int:
        """Return the sum of quantity times `prices[item]`, in cents; 0 for an empty cart.

        `prices` is a dict. An item in the cart without a price raises `KeyError`.
        """
        raise NotImplementedError("ShoppingCart.total is still to be written")

    def clear(self) -> None:
        """Empty the cart."""
        raise NotImplementedError("ShoppingCart.clear is still to be written")

    def ttl(self) -> int | None:
        """Return the seconds left, rounded either way; None only where there is no cart."""
        raise NotImplementedError("ShoppingCart.ttl is still to be written")

    def merge(self, guest_id: str) -> None:
        """Move the guest's cart into this one, as on login.

        Adds the guest cart's quantities to this one, with this cart's `ttl`, and removes the guest cart, in
        one atomic step: no unit is lost or doubled, whatever runs beside it and wherever its process dies.
        The user's own id raises `ValueError`.
        """
        raise NotImplementedError("ShoppingCart.merge is still to be written")

    def checkout(self) -> dict[str, int]:
        """Take everything out of the cart, in one atomic step, and return it.

        Of two checkouts at the same time one gets the items and the other `{}`. An `add` beside it is in
        the result or still in the cart. A crash may lose the answer, but leaves no key without an expiry,
        and no unit both in the cart and in a result.
        """
        raise NotImplementedError("ShoppingCart.checkout is still to be written")
