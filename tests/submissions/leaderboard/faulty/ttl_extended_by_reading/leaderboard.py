"""Each look at the board sets its expiry anew.

Breaks: "With a `ttl` the whole board expires that long after its first score; later scores do not
extend it."
"""

import math

COMPARE_AND_SET = """
local old = redis.call('ZSCORE', KEYS[1], ARGV[1]) or 'none'
if old ~= ARGV[2] then
    return {0, old}
end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
if ARGV[4] ~= 'none' and redis.call('PTTL', KEYS[1]) < 0 then
    redis.call('EXPIRE', KEYS[1], ARGV[4])
end
return {1, ARGV[3]}
"""


class Leaderboard:
    """Stores the negative of each score; ``old`` is always the server's own text of it."""

    def __init__(self, client, name, ttl=None):
        if not len(name):
            raise ValueError("board name is empty")
        if ttl is not None and (ttl < 1 or ttl % 1):
            raise ValueError("ttl must be 1, 2, 3 ...")
        self._db = client
        self._key = f"cas-board:{name}"
        self._ttl = "none" if ttl is None else int(ttl)
        self._compare_and_set = client.register_script(COMPARE_AND_SET)

    def _update(self, player, change):
        old = "none"
        while True:
            current = None if old == "none" else -float(old)
            new = change(current)
            if new is None:
                return None
            done, old = self._compare_and_set([self._key], [player, old, -new, self._ttl])
            if done:
                return new

    def submit(self, player, score):
        self._validate(player, score)
        score = float(score)
        changed = self._update(player, lambda old: None if old is not None and old >= score else score)
        return changed is not None

    def add(self, player, points):
        self._validate(player, points)
        return self._update(player, lambda old: (0.0 if old is None else old) + points)

    def score(self, player):
        self._validate(player)
        value = self._db.zscore(self._key, player)
        return None if value is None else -value

    def rank(self, player):
        self._validate(player)
        value = self._db.zscore(self._key, player)
        return None if value is None else 1 + self._db.zcount(self._key, "-inf", f"({value!r}")

    def top(self, n=10):
        if n < 1:
            raise ValueError("n must be 1, 2, 3 ...")
        return list(self._read(0, n - 1))

    def around(self, player, radius=2):
        self._validate(player)
        if radius < 0:
            raise ValueError("radius must be 0, 1, 2 ...")
        place = self._db.zrank(self._key, player)
        if place is None:
            return []
        return list(self._read(max(0, place - radius), place + radius))

    def between(self, low, high):
        first = self._db.zcount(self._key, "-inf", f"({-high!r}")
        number = self._db.zcount(self._key, -high, -low)
        return list(self._read(first, first + number - 1)) if number else []

    def _read(self, first, last):
        rows = self._db.zrange(self._key, first, last, withscores=True)
        if self._ttl != "none":
            self._db.expire(self._key, self._ttl)
        before = None
        for place, (player, value) in enumerate(rows, first + 1):
            if before is None:
                rank = 1 + self._db.zcount(self._key, "-inf", f"({value!r}")
            elif value != before:
                rank = place
            before = value
            yield rank, player, -value

    def remove(self, player):
        self._validate(player)
        return self._db.zrem(self._key, player) != 0

    def size(self):
        return self._db.zcard(self._key)

    @staticmethod
    def _validate(player, number=0):
        if not len(player):
            raise ValueError("player name is empty")
        if not math.isfinite(number):
            raise ValueError("number is not finite")
