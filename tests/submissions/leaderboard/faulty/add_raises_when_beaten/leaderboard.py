"""A change raises an error where five times in a row another caller was faster.

Breaks: "Two adds at once: both count." "Two submits at once: the higher one stays."
"""

import math

from redis.exceptions import WatchError


class Leaderboard:
    """Scores in one sorted set, as they are; equals are put in order here."""

    def __init__(self, client, name, ttl=None):
        if name == "":
            raise ValueError("name is empty")
        if ttl is not None:
            if not isinstance(ttl, int):
                raise ValueError("ttl is not a whole number")
            if ttl <= 0:
                raise ValueError("ttl is not above 0")
        self._client = client
        self._key = "board:" + name
        self._ttl = ttl

    def submit(self, player, score):
        _check_player(player)
        _check_number(score)

        def better(old):
            return score if old is None or score > old else None

        return self._change(player, better) is not None

    def add(self, player, points):
        _check_player(player)
        _check_number(points)
        return self._change(player, lambda old: float((old or 0.0) + points))

    def _change(self, player, decide):
        """Set the player's score to what ``decide`` makes of the old one, or leave it where that is None."""
        with self._client.pipeline() as pipe:
            for _ in range(5):
                try:
                    pipe.watch(self._key)
                    new = decide(pipe.zscore(self._key, player))
                    if new is None:
                        return None
                    is_new_board = not pipe.exists(self._key)
                    pipe.multi()
                    pipe.zadd(self._key, {player: new})
                    if self._ttl is not None and is_new_board:
                        pipe.expire(self._key, self._ttl)
                    pipe.execute()
                    return new
                except WatchError:
                    continue
            raise RuntimeError("the board is too busy")

    def score(self, player):
        _check_player(player)
        return self._client.zscore(self._key, player)

    def rank(self, player):
        score = self.score(player)
        if score is None:
            return None
        return self._better(score) + 1

    def _better(self, score):
        return self._client.zcount(self._key, f"({score!r}", "+inf")

    def top(self, n=10):
        if n < 1:
            raise ValueError("n is below 1")
        rows = self._client.zrevrange(self._key, 0, n - 1, withscores=True)
        if not rows:
            return []
        # The last run of equals may be cut off, and then ZREVRANGE picked the wrong ones.
        last = rows[-1][1]
        rows = [row for row in rows if row[1] > last]
        equals = self._client.zrangebyscore(self._key, last, last, start=0, num=n - len(rows))
        return _ranked(_in_order(rows) + [(player, last) for player in equals], 1)

    def around(self, player, radius=2):
        _check_player(player)
        if radius < 0:
            raise ValueError("radius is negative")
        own, index = self._own(player)
        if own is None:
            return []
        with self._client.pipeline(transaction=True) as pipe:
            pipe.zcount(self._key, f"({own!r}", "+inf")
            pipe.zcount(self._key, "-inf", f"({own!r}")
            better, worse = pipe.execute()
        place = better + index - worse
        first = max(place - radius, 0)
        rows = self._client.zrevrange(self._key, first, place + radius, withscores=True)
        if not rows:
            return []
        return self._window(rows, first, better)

    def _own(self, player):
        with self._client.pipeline(transaction=True) as pipe:
            pipe.zscore(self._key, player)
            pipe.zrank(self._key, player)
            return pipe.execute()

    def _window(self, rows, first, better):
        """The entries at the places of ``rows``, with the equals at both ends read again the right way round."""
        high, low = rows[0][1], rows[-1][1]
        highest = sum(1 for _, score in rows if score == high)
        lowest = sum(1 for _, score in rows if score == low)
        middle = _in_order([row for row in rows if low < row[1] < high])
        with self._client.pipeline(transaction=True) as pipe:
            pipe.zcount(self._key, f"({high!r}", "+inf")
            if high == low:
                pipe.zrangebyscore(self._key, high, high, start=first - better, num=highest)
                rank, players = pipe.execute()
                return [(rank + 1, player, high) for player in players]
            pipe.zrevrangebyscore(self._key, high, high, start=0, num=highest)
            pipe.zrangebyscore(self._key, low, low, start=0, num=lowest)
            rank, head, tail = pipe.execute()
        head = [(rank + 1, player, high) for player in reversed(head)]
        rest = middle + [(player, low) for player in tail]
        return head + _ranked(rest, first + len(head) + 1)

    def between(self, low, high):
        rows = self._client.zrangebyscore(self._key, low, high, withscores=True)
        if not rows:
            return []
        return _ranked(_in_order(rows), self._better(rows[-1][1]) + 1)

    def remove(self, player):
        _check_player(player)
        return self._client.zrem(self._key, player) == 1

    def size(self):
        return self._client.zcard(self._key)


def _in_order(rows):
    return sorted(rows, key=lambda row: (-row[1], row[0].encode("utf-8")))


def _ranked(rows, first_rank):
    entries = []
    for position, (player, score) in enumerate(rows, start=first_rank):
        if entries and entries[-1][2] == score:
            position = entries[-1][0]
        entries.append((position, player, score))
    return entries


def _check_player(player):
    if player == "":
        raise ValueError("player is empty")


def _check_number(number):
    if math.isnan(number) or math.isinf(number):
        raise ValueError("number is not finite")
