"""remove gives up where three times in a row another caller was faster.

Breaks: "| `remove(player) -> bool` |"
"""

import struct

from redis import WatchError


def turned(score):
    """16 hex digits that sort the other way round than the scores."""
    (bits,) = struct.unpack(">Q", struct.pack(">d", score + 0.0))  # + 0.0 makes -0.0 a plain 0
    bits = bits ^ (2**64 - 1) if bits >> 63 else bits | 2**63
    return f"{bits ^ (2**64 - 1):016x}"


def turned_back(digits):
    bits = int(digits, 16) ^ (2**64 - 1)
    bits = bits ^ 2**63 if bits >> 63 else bits ^ (2**64 - 1)
    return struct.unpack(">d", struct.pack(">Q", bits))[0]


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if name == "":
            raise ValueError("name")
        if ttl is not None and not (isinstance(ttl, int) and ttl > 0):
            raise ValueError("ttl")
        self.r = client
        self.scores = "lb:s:" + name
        self.index = "lb:i:" + name
        self.ttl = ttl

    def _update(self, player, compute):
        """Replace the player's score by compute(old); None leaves everything as it is."""
        with self.r.pipeline() as p:
            while True:
                try:
                    p.watch(self.scores, self.index)
                    old = p.zscore(self.scores, player)
                    new = compute(old)
                    if new is None and old is None:
                        return None
                    if new is None or new == old:
                        p.unwatch()
                        return old
                    p.multi()
                    p.zadd(self.scores, {player: new})
                    if old is not None:
                        p.zrem(self.index, turned(old) + player)
                    p.zadd(self.index, {turned(new) + player: 0})
                    if self.ttl is not None:
                        p.expire(self.scores, self.ttl, nx=True)
                        p.expire(self.index, self.ttl, nx=True)
                    p.execute()
                    return new
                except WatchError:
                    pass

    def submit(self, player, score):
        self._check(player, score)
        changed = []

        def compute(old):
            changed[:] = [old is None or score > old]
            return score if changed[0] else old

        self._update(player, compute)
        return changed[0]

    def add(self, player, points):
        self._check(player, points)
        return self._update(player, lambda old: (0.0 if old is None else old) + points)

    def remove(self, player):
        self._check(player)
        with self.r.pipeline() as p:
            for _ in range(3):
                try:
                    p.watch(self.scores, self.index)
                    old = p.zscore(self.scores, player)
                    if old is None:
                        return False
                    p.multi()
                    p.zrem(self.scores, player)
                    p.zrem(self.index, turned(old) + player)
                    p.execute()
                    return True
                except WatchError:
                    pass

    def score(self, player):
        self._check(player)
        return self.r.zscore(self.scores, player)

    def rank(self, player):
        score = self.score(player)
        if score is None:
            return None
        return self.r.zlexcount(self.index, "-", "(" + turned(score)) + 1

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self._entries(0, n - 1)

    def around(self, player, radius=2):
        self._check(player)
        if radius < 0:
            raise ValueError("radius")
        score = self.r.zscore(self.scores, player)
        if score is None:
            return []
        place = self.r.zrank(self.index, turned(score) + player)
        if place is None:
            return []
        return self._entries(max(0, place - radius), place + radius)

    def between(self, low, high):
        if not low <= high:
            return []
        first = self.r.zlexcount(self.index, "-", "(" + turned(high))
        end = self.r.zlexcount(self.index, "-", "(" + turned(low) + "\U0010ffff")
        return self._entries(first, end - 1) if end > first else []

    def _entries(self, first, last):
        found = []
        for place, member in enumerate(self.r.zrange(self.index, first, last), first):
            score, player = turned_back(member[:16]), member[16:]
            if not found:
                rank = self.r.zlexcount(self.index, "-", "(" + member[:16]) + 1
            elif score != found[-1][2]:
                rank = place + 1
            found.append((rank, player, score))
        return found

    def size(self):
        return self.r.zcard(self.scores)

    def _check(self, player, number=0.0):
        if player == "":
            raise ValueError("player")
        if number - number != 0:
            raise ValueError("number")
