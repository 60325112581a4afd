"""Async under the hood: each call is a coroutine on a loop of its own, with redis.asyncio."""

import asyncio
import redis.asyncio as aio
from boardbase import Base, _check, Entry
import math


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        Base(client, name, ttl)
        self.given = {
            k: v
            for k, v in client.get_connection_kwargs().items()
            if k in ("path", "username", "password", "db")
        }
        self.key, self.ttl = "aio:" + name, ttl

    def run(self, work):
        async def go():
            pool = aio.ConnectionPool(
                connection_class=aio.UnixDomainSocketConnection, decode_responses=True, **self.given
            )
            async with aio.Redis(connection_pool=pool) as r:
                try:
                    return await work(r)
                finally:
                    await pool.aclose()

        return asyncio.run(go())

    def write(self, *command):
        async def work(r):
            async with r.pipeline(transaction=True) as p:
                p.execute_command(*command)
                if self.ttl:
                    p.expire(self.key, self.ttl, nx=True)
                return (await p.execute())[0]

        return self.run(work)

    def submit(self, player, score):
        _check(player, score)
        return self.write("ZADD", self.key, "LT", "CH", repr(-float(score)), player) == 1

    def add(self, player, points):
        _check(player, points)
        return 0.0 - float(self.write("ZINCRBY", self.key, repr(-float(points)), player))

    def score(self, player):
        _check(player)
        s = self.run(lambda r: r.zscore(self.key, player))
        return s if s is None else 0.0 - s

    def rank(self, player):
        got = self.around(player, 0)
        return got[0][0] if got else None

    async def rows(self, r, first, last):
        found = await r.zrange(self.key, first, last, withscores=True)
        if not found:
            return []
        rank, out = 1 + await r.zcount(self.key, "-inf", f"({found[0][1]!r}"), []
        for i, (p, s) in enumerate(found):
            if i and s != found[i - 1][1]:
                rank = first + i + 1
            out.append((rank, p, 0.0 - s))
        return out

    def top(self, n=10):
        if n < 1:
            raise ValueError("n")
        return self.run(lambda r: self.rows(r, 0, min(n, 2**50) - 1))

    def around(self, player, radius=2):
        _check(player)
        if radius < 0:
            raise ValueError("radius")

        async def work(r):
            place = await r.zrank(self.key, player)
            if place is None:
                return []
            n = min(radius, 2**50)
            return await self.rows(r, max(0, place - n), place + n)

        return self.run(work)

    def between(self, low, high):
        if low > high:
            return []

        async def work(r):
            first, count = await asyncio.gather(
                r.zcount(self.key, "-inf", f"({-high!r}"), r.zcount(self.key, -high, -low)
            )
            return await self.rows(r, first, first + count - 1) if count else []

        return self.run(work)

    def remove(self, player):
        _check(player)
        return bool(self.run(lambda r: r.zrem(self.key, player)))

    def size(self):
        return self.run(lambda r: r.zcard(self.key))
