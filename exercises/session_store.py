"""Bonus exercise 4: sessions.

Fill in the methods of `SessionStore`. What follows is the whole contract: a module that keeps it gets full
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

from typing import Any

import redis


class SessionStore:
    """Who is logged in: sessions by token, each of one user.

    * A session holds data, a dict that JSON can hold.
    * It is over when it was left alone for `idle_ttl` seconds, when `lifetime` seconds have gone by since it
      was created whatever happened in between, or when it was ended. It never comes back.
    * Nothing restarts the idle time but `get` and `update`, and nothing extends the lifetime.
    * No key outlives the newest lifetime that it serves: `lifetime` seconds after the last `create` the
      database is empty again.
    * An empty user or token raises `ValueError`.
    """

    def __init__(self, client: redis.Redis, idle_ttl: int = 1800, lifetime: int = 86400) -> None:
        """Make a store; both times are whole numbers of seconds above 0, else `ValueError`.

        All objects on one server are made with the same two.
        """
        raise NotImplementedError("SessionStore.__init__ is still to be written")

    def create(self, user: str, data: dict[str, Any] | None = None) -> str:
        """Start a session and return its token.

        The token is 32 characters or more of `A-Z a-z 0-9 _ -`, from a source that nobody can guess
        (`secrets`). No data is `{}`. Data that `json.dumps` refuses with `TypeError` raises `TypeError`, and
        there is no session.
        """
        raise NotImplementedError("SessionStore.create is still to be written")

    def get(self, token: str) -> tuple[str, dict[str, Any]] | None:
        """Return the session's user and its data as JSON gives them back, and restart its idle time.

        Takes one round trip. None where the session is over or never was.
        """
        raise NotImplementedError("SessionStore.get is still to be written")

    def update(self, token: str, data: dict[str, Any]) -> bool:
        """Replace the data and restart the idle time; False where the session is over, and none is made.

        Beside a call that ends the session, the session is over in the end. Data that `json.dumps` refuses
        with `TypeError` raises `TypeError`, and the old data stays.
        """
        raise NotImplementedError("SessionStore.update is still to be written")

    def log_out(self, token: str) -> bool:
        """End the session; True where there was one."""
        raise NotImplementedError("SessionStore.log_out is still to be written")

    def log_out_everywhere(self, user: str) -> int:
        """End every session that the user has, in one atomic step; return how many this call ended.

        A `create` beside it is ended and counted, or lives. Of two such calls at once each session is
        counted by one.
        """
        raise NotImplementedError("SessionStore.log_out_everywhere is still to be written")

    def tokens(self, user: str) -> set[str]:
        """Return the tokens of the user's sessions that are not over; restarts no idle time."""
        raise NotImplementedError("SessionStore.tokens is still to be written")
