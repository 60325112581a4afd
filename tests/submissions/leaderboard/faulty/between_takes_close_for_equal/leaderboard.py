"""between gives scores that math.isclose takes for equal one rank.

Breaks: "Scores keep every bit" "equals share it"
"""

import math


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if name == "":
            raise ValueError("name is empty")
        if ttl != None:
            if type(ttl) == float:
                raise ValueError("ttl is not a whole number")
            if ttl <= 0:
                raise ValueError("ttl is too small")
        self.client = client
        self.name = name
        self.ttl = ttl
        self.key = "my_leaderboard_" + name

    def submit(self, player, score):
        if player == "":
            raise ValueError("player is empty")
        if math.isnan(score) or math.isinf(score):
            raise ValueError("score is not a normal number")
        # minus the score, so the best one is the smallest and comes first
        pipe = self.client.pipeline(transaction=True)
        pipe.zadd(self.key, {player: -score}, lt=True, ch=True)
        if self.ttl != None:
            pipe.expire(self.key, self.ttl, nx=True)
        results = pipe.execute()
        if results[0] == 1:
            return True
        else:
            return False

    def add(self, player, points):
        if player == "":
            raise ValueError("player is empty")
        if math.isnan(points) or math.isinf(points):
            raise ValueError("points is not a normal number")
        pipe = self.client.pipeline(transaction=True)
        pipe.zincrby(self.key, -points, player)
        if self.ttl != None:
            pipe.expire(self.key, self.ttl, nx=True)
        results = pipe.execute()
        return -results[0]

    def score(self, player):
        if player == "":
            raise ValueError("player is empty")
        value = self.client.zscore(self.key, player)
        if value == None:
            return None
        return -value

    def rank(self, player):
        if player == "":
            raise ValueError("player is empty")
        value = self.client.zscore(self.key, player)
        if value == None:
            return None
        better = self.client.zcount(self.key, "-inf", "(" + repr(value))
        return better + 1

    def top(self, n=10):
        if n < 1:
            raise ValueError("n is too small")
        rows = self.client.zrange(self.key, 0, n - 1, withscores=True)
        answer = []
        rank = 0
        position = 0
        last = None
        for row in rows:
            position = position + 1
            if row[1] != last:
                rank = position
            last = row[1]
            answer.append((rank, row[0], -row[1]))
        return answer

    def around(self, player, radius=2):
        if player == "":
            raise ValueError("player is empty")
        if radius < 0:
            raise ValueError("radius is too small")
        index = self.client.zrank(self.key, player)
        if index == None:
            return []
        start = index - radius
        if start < 0:
            start = 0
        end = index + radius
        rows = self.client.zrange(self.key, start, end, withscores=True)
        if len(rows) == 0:
            return []
        # how many are better than the first one that I show
        rank = self.client.zcount(self.key, "-inf", "(" + repr(rows[0][1])) + 1
        answer = []
        last = rows[0][1]
        position = start
        for row in rows:
            position = position + 1
            if row[1] != last:
                rank = position
            last = row[1]
            answer.append((rank, row[0], -row[1]))
        return answer

    def between(self, low, high):
        if low > high:
            return []
        rows = self.client.zrangebyscore(self.key, -high, -low, withscores=True)
        better = self.client.zcount(self.key, "-inf", "(" + repr(-high))
        answer = []
        rank = better
        position = better
        last = None
        for row in rows:
            position = position + 1
            if last is None or not math.isclose(row[1], last):
                rank = position
            last = row[1]
            answer.append((rank, row[0], -row[1]))
        return answer

    def remove(self, player):
        if player == "":
            raise ValueError("player is empty")
        number = self.client.zrem(self.key, player)
        if number == 1:
            return True
        else:
            return False

    def size(self):
        return self.client.zcard(self.key)
