"""Exercise 1: a cache of JSON values (40 points).

Fill in the methods of `CacheManager`. What follows is the whole contract: a module that keeps it gets
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

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import redis


class CacheManager:
    """JSON values by key, within a namespace; each entry expires.

    Two objects with different namespaces never see or touch each other's entries.
    """

    def __init__(self, client: redis.Redis, namespace: str = "cache", default_ttl: int = 300) -> None:
        """Make a cache.

        `namespace` is one or more of `A-Z a-z 0-9 _ -` in ASCII; anything else raises `ValueError`
        (a trailing newline, `é` and the empty string are wrong). `default_ttl` is in seconds and is
        used wherever a method's `ttl` is None.
        """
        raise NotImplementedError("CacheManager.__init__ is still to be written")

    def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        """Store any JSON value for `ttl` seconds.

        Replaces value and time-to-live together. A value that `json.dumps` refuses with `TypeError`
        (a set, bytes, an object) raises `TypeError`, and the old value stays. NaN, infinities and
        circular values are outside the contract.
        """
        raise NotImplementedError("CacheManager.set is still to be written")

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value as JSON gives it back, or `default` where there is none or it has expired.

        A dict is a dict again, a tuple is a list. A stored None is None, not `default`.
        """
        raise NotImplementedError("CacheManager.get is still to be written")

    def delete(self, key: str) -> bool:
        """Delete the entry; True where there was one."""
        raise NotImplementedError("CacheManager.delete is still to be written")

    def exists(self, key: str) -> bool:
        """Return whether there is an entry."""
        raise NotImplementedError("CacheManager.exists is still to be written")

    def ttl(self, key: str) -> int | None:
        """Return the seconds left, rounded either way (0 is possible); None only where there is no entry."""
        raise NotImplementedError("CacheManager.ttl is still to be written")

    def touch(self, key: str, ttl: int | None = None) -> bool:
        """Restart the time-to-live and keep the value; False where there is no entry, and none is made."""
        raise NotImplementedError("CacheManager.touch is still to be written")

    def get_many(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return the entries that exist, by key, in one round trip.

        `keys` is any iterable, a generator too; up to 10,000 keys are tried. No keys: no round trip, `{}`.
        """
        raise NotImplementedError("CacheManager.get_many is still to be written")

    def set_many(self, mapping: Mapping[str, Any], ttl: int | None = None) -> None:
        """Store all entries, each with its expiry, in one round trip.

        A reader need not see them all appear at one instant. With one bad key, value or ttl nothing is
        stored. Nothing to store: nothing happens.
        """
        raise NotImplementedError("CacheManager.set_many is still to be written")

    def get_or_compute(self, key: str, compute: Callable[[], Any], ttl: int | None = None) -> Any:
        """Return the value; where there is none, compute and store it (cache-aside, safe from a stampede).

        * A hit returns without calling `compute()`. A stored None is a hit too.
        * A miss while nobody computes that key computes at once.
        * Of all the callers that miss at the same time, in one process or many, one calls `compute()`.
          The others wait and return its value within a second of its being stored.
        * A `compute` that takes up to 8 seconds runs once.
        * If `compute` raises, anything at all, the error reaches its caller, nothing is stored, and a
          waiting or later caller computes within a second.
        * From the death of a caller's process inside `compute` the others are held up for 10 seconds at most.
        * A caller that was slower than its lock, and lost it, may store its value or not, returns its own,
          and releases nothing of the caller that took over.
        * Callers of different keys do not wait for each other.
        """
        raise NotImplementedError("CacheManager.get_or_compute is still to be written")

    def invalidate(self, pattern: str) -> int:
        """Delete this namespace's entries whose key matches the glob; return how many this call deleted.

        A glob has `*`, `?`, `[abc]` and `[a-c]`; `[*]` is a literal star. No other special character is
        used, and no character beyond ASCII under a `?` or in a class. Only entries are counted and
        deleted: a lock is not one, so invalidating during a compute starts no second one. Another
        namespace is never touched. `""` matches nothing: 0.
        """
        raise NotImplementedError("CacheManager.invalidate is still to be written")
