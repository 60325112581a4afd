"""One thread of the process does all work for all boards: calls are put into a queue, each with a Future."""

import math
import queue
import threading
from concurrent.futures import Future
from functools import wraps

_jobs = queue.SimpleQueue()


def _work():
    while True:
        future, function, args = _jobs.get()
        try:
            future.set_result(function(*args))
        except BaseException as error:
            future.set_exception(error)


threading.Thread(target=_work, daemon=True).start()


def queued(method):
    @wraps(method)
    def call(*args, **kwargs):
        future = Future()
        _jobs.put((future, lambda: method(*args, **kwargs), ()))
        return future.result(timeout=60)

    return call


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        require(name, "name")
        require(ttl is None or (ttl > 0 and not ttl % 1), "ttl")
        self._client, self._key, self._ttl = client, f"lb.{name}", ttl

    def _apply(self, write):
        def body(pipe):
            pipe.multi()
            write(pipe)
            if self._ttl is not None:
                pipe.expire(self._key, self._ttl, nx=True)

        return self._client.transaction(body)[0]

    @queued
    def submit(self, player, score):
        require(player, "player")
        require(math.isfinite(score), "score")
        return bool(self._apply(lambda pipe: pipe.zadd(self._key, {player: -score}, lt=True, ch=True)))

    @queued
    def add(self, player, points):
        require(player, "player")
        require(math.isfinite(points), "points")
        return -self._apply(lambda pipe: pipe.zincrby(self._key, -points, player))

    @queued
    def score(self, player):
        require(player, "player")
        stored = self._client.zscore(self._key, player)
        return None if stored is None else 0.0 - stored

    @queued
    def rank(self, player):
        require(player, "player")
        stored = self._client.zscore(self._key, player)
        return None if stored is None else self._better(stored) + 1

    def _better(self, stored):
        return self._client.zcount(self._key, "-inf", "(" + repr(stored))

    @queued
    def top(self, n=10):
        require(n >= 1, "n")
        return list(self._entries(0, n - 1))

    @queued
    def around(self, player, radius=2):
        require(player, "player")
        require(radius >= 0, "radius")
        place = self._client.zrank(self._key, player)
        return [] if place is None else list(self._entries(max(0, place - radius), place + radius))

    @queued
    def between(self, low, high):
        first = self._client.zcount(self._key, "-inf", "(" + repr(-high))
        count = self._client.zcount(self._key, repr(-high), repr(-low))
        return list(self._entries(first, first + count - 1)) if count else []

    def _entries(self, first, last):
        rank = before = None
        for place, (player, stored) in enumerate(
            self._client.zrange(self._key, first, last, withscores=True), first
        ):
            if before is None:
                rank = self._better(stored) + 1
            elif stored != before:
                rank = place + 1
            before = stored
            yield rank, player, -stored

    @queued
    def remove(self, player):
        require(player, "player")
        return bool(self._client.zrem(self._key, player))

    @queued
    def size(self):
        return self._client.zcard(self._key)


def require(right, what):
    if not right:
        raise ValueError(what)
