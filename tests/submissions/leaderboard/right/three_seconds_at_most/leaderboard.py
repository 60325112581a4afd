"""WATCH and try again, for three seconds at most, with back-off; then TimeoutError."""

import random, time
import redis
from boardbase import Base


class Leaderboard(Base):
    def attempt(self, work):
        end, delay = time.monotonic() + 3, 0.001
        with self.client.pipeline() as pipe:
            while True:
                try:
                    pipe.watch(self.key)
                    return work(pipe)
                except redis.WatchError:
                    pipe.reset()
                    if time.monotonic() > end:
                        raise TimeoutError("the board is too busy") from None
                    time.sleep(random.random() * delay)
                    delay = min(delay * 2, 0.05)

    def write(self, pipe, player, score):
        fresh = self.limit and pipe.ttl(self.key) < 0
        pipe.multi()
        pipe.zadd(self.key, {player: -score})
        if fresh:
            pipe.expire(self.key, self.limit)
        pipe.execute()

    def submit(self, player, score):
        self.named(player), self.number(score)

        def work(pipe):
            old = pipe.zscore(self.key, player)
            if old is not None and -old >= score:
                return False
            self.write(pipe, player, score)
            return True

        return self.attempt(work)

    def add(self, player, points):
        self.named(player), self.number(points)

        def work(pipe):
            new = 0.0 - (pipe.zscore(self.key, player) or 0.0) + points
            self.write(pipe, player, new)
            return new

        return self.attempt(work)
