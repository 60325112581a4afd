"""Bonus exercise 5: a sliding-window rate limiter.

Fill in the methods of `RateLimiter`. What follows is the whole contract: a module that keeps it gets full
marks, whichever commands, key names and helpers it uses.

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

import redis


class RateLimiter:
    """At most `limit` hits of each user in any `window` seconds.

    * The limit is exact, however many callers ask at once, in one process or many: of 50 hits at the same
      time exactly `limit` are allowed.
    * A refused hit counts for nothing: asking again and again while refused does not put off the moment from
      which a hit is allowed.
    * For each user at most `limit` hits are kept, however many were refused, and what is kept expires
      `window` seconds after the last allowed hit. Users do not count for each other.
    * A name and a user are any text that isn't empty, else `ValueError`. The user `c` of the limiter `a:b` is
      another than the user `b:c` of the limiter `a`.
    * The time is that of Python's `time.time()`, taken in the call, or the server's: its `TIME`, in scripts
      too, or its own expiries. Suites move all of them together. They keep a tenth of a second away from
      every edge of the window and check `retry_after` to within a tenth.
    """

    def __init__(self, client: redis.Redis, name: str, limit: int, window: int) -> None:
        """Make a limiter; limit and window (in seconds) are whole numbers above 0, else `ValueError`.

        All objects of one name are made with the same limit and window.
        """
        raise NotImplementedError("RateLimiter.__init__ is still to be written")

    def hit(self, user: str) -> tuple[bool, int, float]:
        """Ask for one hit, in one round trip; return `(allowed, remaining, retry_after)`.

        * It is allowed (True) where fewer than `limit` hits of this user were allowed within the last
          `window` seconds. A hit no longer counts when `window` seconds have gone by since.
        * `remaining` is how many more would be allowed right now.
        * `retry_after` is 0 where the hit was allowed, else the seconds, as a float, after which the next
          would be, if none comes in between: more than 0, at most `window`.
        """
        raise NotImplementedError("RateLimiter.hit is still to be written")

    def reset(self, user: str) -> bool:
        """Forget the user's hits; True where there were any within the window."""
        raise NotImplementedError("RateLimiter.reset is still to be written")
