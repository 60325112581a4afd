"""Who is removed while a list is read stands on it with None for a score.

Breaks: "An entry is the tuple `(rank, player, score)`."
"""

import math


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if len(name) < 1:
            raise ValueError("Board names need at least one character.")
        if ttl is not None and (ttl != math.floor(ttl) or ttl < 1):
            raise ValueError("The time-to-live must be a positive whole number.")
        self._redis = client
        self._order = f"order:{name}"
        self._exact = f"exact:{name}"
        self._ttl = ttl

    def _write(self, player, decide):
        """Run ``decide(old) -> new`` (None for no change) under WATCH; gives (new, old)."""

        def body(pipe):
            text = pipe.hget(self._exact, player)
            old = None if text is None else float(text)
            new = decide(old)
            pipe.multi()
            if new is not None:
                pipe.hset(self._exact, player, repr(new))
                pipe.zadd(self._order, {player: -new})
                if self._ttl is not None:
                    pipe.expire(self._exact, int(self._ttl), nx=True)
                    pipe.expire(self._order, int(self._ttl), nx=True)
            return new

        return self._redis.transaction(body, self._exact, self._order, value_from_callable=True)

    def submit(self, player, score):
        self._refuse(player, score)
        return self._write(player, lambda old: score if old is None or old < score else None) is not None

    def add(self, player, points):
        self._refuse(player, points)
        return self._write(player, lambda old: (old or 0.0) + points)

    def remove(self, player):
        self._refuse(player)
        pipe = self._redis.pipeline(transaction=True)
        pipe.hdel(self._exact, player).zrem(self._order, player)
        return any(pipe.execute())

    def score(self, player):
        self._refuse(player)
        text = self._redis.hget(self._exact, player)
        return float(text) if text else None

    def rank(self, player):
        score = self.score(player)
        if score is None:
            return None
        return 1 + self._redis.zcount(self._order, float("-inf"), f"({-score!r}")

    def top(self, n=10):
        if n < 1:
            raise ValueError("At least one entry must be asked for.")
        return self._list(0, n)

    def around(self, player, radius=2):
        self._refuse(player)
        if radius < 0:
            raise ValueError("A radius can't be negative.")
        place = self._redis.zrank(self._order, player)
        if place is None:
            return []
        start = place - radius if place > radius else 0
        return self._list(start, place + radius + 1)

    def between(self, low, high):
        start = self._redis.zcount(self._order, "-inf", f"({-high!r}")
        stop = self._redis.zcount(self._order, "-inf", repr(-low))
        return self._list(start, stop) if start < stop else []

    def _list(self, start, stop):
        players = self._redis.zrange(self._order, start, stop - 1)
        if not players:
            return []
        texts = self._redis.hmget(self._exact, players)
        rows = [(player, float(text) if text else None) for player, text in zip(players, texts)]
        first = rows[0][1]
        better = start if first is None else self._redis.zcount(self._order, "-inf", f"({-first!r}")
        ranks = {rows[0][1]: better + 1}
        for place, (_, score) in enumerate(rows, start + 1):
            ranks.setdefault(score, place)
        return [(ranks[score], player, score) for player, score in rows]

    def size(self):
        return self._redis.hlen(self._exact)

    @staticmethod
    def _refuse(player, number=0):
        if player == "":
            raise ValueError("Player names need at least one character.")
        if math.isnan(number) or math.isinf(number):
            raise ValueError("Only finite numbers count.")
