"""Exercise 2: a leaderboard in a sorted set (30 points).

Fill in the methods of `Leaderboard`. What follows is the whole contract: a module that keeps it gets full
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


class Leaderboard:
    """Players by score, highest first.

    * Scores and points are finite floats: NaN and infinities raise `ValueError`. Scores keep every bit: what
      was given comes back `==`, and `add` gives what Python's `+` gives. A sum beyond the largest float is
      outside the contract.
    * The board's order is score, highest first, then player ascending by UTF-8 bytes among equals.
    * A rank counts from 1 and equals share it: scores 50, 40, 40, 30 have ranks 1, 2, 2, 4.
    * An entry is the tuple `(rank, player, score)`.
    * With a `ttl` the whole board expires that long after its first score; later scores do not extend it. A
      board that was emptied or ran out starts anew with its next score.
    * The scores lie in one sorted set under any key; helper keys are allowed and expire with it.
    * What `top`, `rank` and `around` read, in replies and inside scripts, is at most in proportion to `n` or
      `radius`, on a board of any size with any number of ties, in 4 round trips at most.
    * A reading method beside writers need not be a snapshot.
    """

    def __init__(self, client: redis.Redis, name: str, ttl: int | None = None) -> None:
        """Make a board; all objects of one board are made with the same `ttl`, in seconds, or without."""
        raise NotImplementedError("Leaderboard.__init__ is still to be written")

    def submit(self, player: str, score: float) -> bool:
        """Keep the player's best score; True where the board changed.

        Of two submits at the same time the higher score stays.
        """
        raise NotImplementedError("Leaderboard.submit is still to be written")

    def add(self, player: str, points: float) -> float:
        """Add points, or take them away, starting at 0; return the new score.

        0 points put a new player on the board. Of two adds at the same time both count.
        """
        raise NotImplementedError("Leaderboard.add is still to be written")

    def score(self, player: str) -> float | None:
        """Return the player's score, or None for an unknown player."""
        raise NotImplementedError("Leaderboard.score is still to be written")

    def rank(self, player: str) -> int | None:
        """Return the player's rank, or None for an unknown player."""
        raise NotImplementedError("Leaderboard.rank is still to be written")

    def top(self, n: int = 10) -> list[tuple[int, str, float]]:
        """Return the first `n` entries in board order; `n` below 1 raises `ValueError`."""
        raise NotImplementedError("Leaderboard.top is still to be written")

    def around(self, player: str, radius: int = 2) -> list[tuple[int, str, float]]:
        """Return the player's entry with up to `radius` neighbours on each side, in board order.

        `[]` for an unknown player. A negative radius raises `ValueError`; with 0 it is the player alone.
        """
        raise NotImplementedError("Leaderboard.around is still to be written")

    def between(self, low: float, high: float) -> list[tuple[int, str, float]]:
        """Return all entries with low <= score <= high, in board order.

        `low` above `high`: `[]`. The bounds may be infinite.
        """
        raise NotImplementedError("Leaderboard.between is still to be written")

    def remove(self, player: str) -> bool:
        """Take the player off the board; True where they were on it."""
        raise NotImplementedError("Leaderboard.remove is still to be written")

    def size(self) -> int:
        """Return how many players are on the board."""
        raise NotImplementedError("Leaderboard.size is still to be written")
