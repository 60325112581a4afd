"""Lists are UserLists, entries are objects of a class of their own below tuple; classes are made by type()."""

from __future__ import annotations
import collections, math, warnings, logging

log = logging.getLogger(__name__)


class Entry(tuple):
    __slots__ = ()
    rank = property(lambda self: self[0])
    player = property(lambda self: self[1])

    def __new__(cls, rank, player, score):
        return super().__new__(cls, (rank, player, score))


class BadArgument(ValueError):
    def __init__(self, *, what, given):
        super().__init__(what, given)
        self.what = what

    def __str__(self):
        return f"{self.what} is wrong"


def _init(self, client, name, ttl=None):
    if not name:
        raise BadArgument(what="name", given=name)
    if ttl is not None and (type(ttl) is not int or ttl < 1):
        raise BadArgument(what="ttl", given=ttl)
    self.r, self.key, self.ttl_ = client, "board/" + name, ttl
    log.info("board %r", name)


def _check(player, *numbers):
    if not player:
        raise BadArgument(what="player", given=player)
    for n in numbers:
        if not math.isfinite(n):
            raise BadArgument(what="number", given=n)


def _write(self, *command):
    with self.r.pipeline() as p:
        p.execute_command(*command)
        if self.ttl_:
            p.expire(self.key, self.ttl_, nx=True)
        return p.execute()[0]


def submit(self, player, score):
    _check(player, score)
    return bool(_write(self, "ZADD", self.key, "LT", "CH", repr(-float(score)), player))


def add(self, player, points):
    _check(player, points)
    return 0.0 - float(_write(self, "ZINCRBY", self.key, repr(-float(points)), player))


def score(self, player):
    _check(player)
    s = self.r.zscore(self.key, player)
    return None if s is None else 0.0 - s


def rank(self, player):
    _check(player)
    s = self.r.zscore(self.key, player)
    if s is None:
        return None
    return self.r.zcount(self.key, "-inf", f"({s!r}") + 1


def _rows(self, first, last):
    rows = self.r.zrange(self.key, first, last, withscores=True)
    if not rows:
        return []
    better = self.r.zcount(self.key, "-inf", f"({rows[0][1]!r}")
    out, r = [], better + 1
    for i, (p, s) in enumerate(rows):
        if i and s != rows[i - 1][1]:
            r = first + i + 1
        out.append(Entry(r, p, 0.0 - s))
    return out


def top(self, n=10):
    if n < 1:
        raise BadArgument(what="n", given=n)
    return _rows(self, 0, min(n, 2**50) - 1)


def around(self, player, radius=2):
    _check(player)
    if radius < 0:
        raise BadArgument(what="radius", given=radius)
    place = self.r.zrank(self.key, player)
    if place is None:
        return []
    radius = min(radius, 2**50)
    return _rows(self, max(0, place - radius), place + radius)


def between(self, low, high):
    if low > high:
        return []
    first = self.r.zcount(self.key, "-inf", f"({-high!r}")
    count = self.r.zcount(self.key, -high, -low)
    return _rows(self, first, first + count - 1) if count else []


def remove(self, player):
    _check(player)
    return bool(self.r.zrem(self.key, player))


Base = type(
    "Base",
    (),
    {
        "__init__": _init,
        "submit": submit,
        "add": add,
        "score": score,
        "rank": rank,
        "top": top,
        "around": around,
        "between": between,
        "remove": remove,
        "size": lambda self: self.r.zcard(self.key),
    },
)
