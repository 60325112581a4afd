"""A player who is new on the board sets the board's expiry anew.

Breaks: "With a `ttl` the whole board expires that long after its first score; later scores do not
extend it."
"""

import itertools
import math


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name:
            raise ValueError("name must be given")
        if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
            raise ValueError("ttl must be 1 or more whole seconds")
        self._c = client
        self._k = f"lb~{name}"
        self._ttl = ttl
        self._start = client.register_script(
            "local size = redis.call('ZCARD', KEYS[1]) "
            "local r = redis.call(ARGV[2], KEYS[1], unpack(ARGV, 3)) "
            "if ARGV[1] ~= '' and redis.call('ZCARD', KEYS[1]) ~= size then redis.call('EXPIRE', KEYS[1], ARGV[1]) end "
            "return r"
        )

    def _write(self, *command):
        return self._start(keys=[self._k], args=[self._ttl or "", *command])

    def submit(self, player, score):
        self._valid(player, score)
        return self._write("ZADD", "GT", "CH", repr(float(score)), player) == 1

    def add(self, player, points):
        self._valid(player, points)
        return float(self._write("ZINCRBY", repr(float(points)), player))

    def remove(self, player):
        self._valid(player)
        return self._c.zrem(self._k, player) == 1

    def score(self, player):
        self._valid(player)
        return self._c.zscore(self._k, player)

    def rank(self, player):
        score = self.score(player)
        return None if score is None else self._above(score) + 1

    def _above(self, score):
        return self._c.zcount(self._k, f"({score!r}", "inf")

    def top(self, n=10):
        if n < 1:
            raise ValueError("n must be 1 or more")
        rows = self._c.zrevrangebyscore(self._k, "+inf", "-inf", start=0, num=n, withscores=True)
        if not rows:
            return []
        last = rows[-1][1]
        cut = sum(score == last for _, score in rows)
        tail = self._c.zrangebyscore(self._k, last, last, start=0, num=cut)
        rows[len(rows) - cut :] = [(player, last) for player in tail]
        return self._ranked(self._turned(rows), 0)

    def around(self, player, radius=2):
        self._valid(player)
        if radius < 0:
            raise ValueError("radius must be 0 or more")
        with self._c.pipeline() as pipe:
            pipe.zscore(self._k, player)
            pipe.zrank(self._k, player)
            score, rank = pipe.execute()
        if score is None:
            return []
        with self._c.pipeline() as pipe:
            pipe.zcount(self._k, f"({score!r}", "+inf")
            pipe.zcount(self._k, "-inf", f"({score!r}")
            pipe.zcount(self._k, score, score)
            # The nearest on each side. Where a run of equals is cut, these may be the wrong ones of it.
            pipe.zrangebyscore(self._k, f"({score!r}", "+inf", start=0, num=radius, withscores=True)
            pipe.zrevrangebyscore(self._k, f"({score!r}", "-inf", start=0, num=radius, withscores=True)
            above, below, equal, better, worse = pipe.execute()
        inside = rank - below  # how many equals stand before the player
        skip = max(inside - radius, 0)
        stop = min(inside + radius + 1, equal)
        upper = better[: radius - inside] if radius > inside else []
        lower = worse[: radius - (stop - inside - 1)] if stop - inside - 1 < radius else []
        with self._c.pipeline() as pipe:
            pipe.zrangebyscore(self._k, score, score, start=skip, num=stop - skip)
            self._edge(pipe.zrevrangebyscore, upper)
            self._edge(pipe.zrangebyscore, lower)
            equals, *edges = pipe.execute()
        rows = [(each, score) for each in equals]
        if upper:
            rows = self._turned(self._mended(upper, edges.pop(0))[::-1]) + rows
        if lower:
            rows += self._turned(self._mended(lower, edges.pop(0)))
        return self._ranked(rows, above + skip - len(upper))

    def _edge(self, read, rows):
        """Read the run at the end of rows again, from its other side."""
        if rows:
            last = rows[-1][1]
            read(self._k, last, last, start=0, num=sum(score == last for _, score in rows))

    @staticmethod
    def _mended(rows, players):
        return rows[: len(rows) - len(players)] + [(player, rows[-1][1]) for player in players]

    def between(self, low, high):
        rows = self._c.zrevrangebyscore(self._k, high, low, withscores=True)
        return self._ranked(self._turned(rows), self._above(rows[0][1])) if rows else []

    @staticmethod
    def _turned(rows):
        runs = itertools.groupby(rows, key=lambda row: row[1])
        return [row for _, run in runs for row in sorted(run, key=lambda row: row[0].encode())]

    def _ranked(self, rows, first):
        if not rows:
            return []
        result, rank = [], self._above(rows[0][1]) + 1
        for place, (player, score) in enumerate(rows, first + 1):
            if result and result[-1][2] != score:
                rank = place
            result.append((rank, player, score))
        return result

    def size(self):
        return self._c.zcard(self._k)

    def _valid(self, player, number=0.0):
        if not player:
            raise ValueError("player must be given")
        if not math.isfinite(number):
            raise ValueError("number must be finite")
