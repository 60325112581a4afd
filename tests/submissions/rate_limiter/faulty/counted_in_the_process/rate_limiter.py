"""The hits are kept in a dict of the object.

Breaks: "The limit is exact, however many callers ask at once, in one process or many: of 50 hits at
the same time exactly `limit` are allowed."
Breaks: "All state lives on the server: two objects made with the same arguments, in two processes,
see the same data."
"""

import json
import time


class RateLimiter:
    def __init__(self, client, name, limit, window):
        if name == "":
            raise ValueError("The name is empty")
        if type(limit) != int or limit <= 0:
            raise ValueError("The limit must be a whole number above 0")
        if type(window) != int or window <= 0:
            raise ValueError("The window must be a whole number above 0")
        self.client = client
        self.name = name
        self.limit = limit
        self.window = window
        self.moments = {}

    def make_key(self, user):
        if user == "":
            raise ValueError("The user is empty")
        # As JSON, so that ("a:b", "c") and ("a", "b:c") are different.
        return "limit:" + json.dumps([self.name, user])

    def hit(self, user):
        key = self.make_key(user)
        now = int(time.time() * 1000)
        moments = [moment for moment in self.moments.get(key, []) if moment > now - self.window * 1000]
        self.moments[key] = moments
        if len(moments) >= self.limit:
            return (False, 0, (moments[0] + self.window * 1000 - now) / 1000)
        moments.append(now)
        return (True, self.limit - len(moments), 0.0)

    def reset(self, user):
        key = self.make_key(user)
        moments = self.moments.pop(key, [])
        return len(moments) > 0 and moments[-1] > (time.time() - self.window) * 1000
