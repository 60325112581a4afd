"""A library of functions; what reads is called by FCALL_RO, in its connection's own database."""

import math
from boardbase import _check

LIB = (
    """#!lua name=%s
local function better(key, s) return redis.call('ZCOUNT', key, '-inf', '(' .. s) end
local function window(key, first, last)
  local flat = redis.call('ZRANGE', key, first, last, 'WITHSCORES')
  if #flat == 0 then return {0, flat} end
  return {better(key, flat[2]), flat, first}
end
local api = {}
function api.write(keys, args)
  local reply
  if args[1] == 'best' then reply = redis.call('ZADD', keys[1], 'LT', 'CH', args[3], args[4])
  else reply = redis.call('ZINCRBY', keys[1], args[3], args[4]) end
  if args[2] ~= '' then redis.call('EXPIRE', keys[1], args[2], 'NX') end
  return reply
end
function api.top(keys, args) return window(keys[1], 0, tonumber(args[1])) end
function api.around(keys, args)
  local at = redis.call('ZRANK', keys[1], args[1])
  if not at then return {0, {}} end
  return window(keys[1], math.max(0, at - args[2]), at + args[2])
end
function api.between(keys, args)
  local flat = redis.call('ZRANGE', keys[1], args[1], args[2], 'BYSCORE', 'WITHSCORES')
  if #flat == 0 then return {0, flat} end
  local b = better(keys[1], flat[2])
  return {b, flat, b}
end
redis.register_function('bw_write', api.write)

redis.register_function{function_name='bw_top', callback=api.top, flags={'no-writes'}}
redis.register_function{function_name='bw_around', callback=api.around, flags={'no-writes'}}
redis.register_function{function_name='bw_between', callback=api.between, flags={'no-writes'}}
"""
    % "board_windows"
)


class Leaderboard:
    def __init__(self, client, name, ttl=None):
        if not name or (ttl is not None and (type(ttl) is not int or ttl <= 0)):
            raise ValueError
        self.r, self.key, self.ttl = client, f"fn:{name}", ttl
        if not client.function_list("board_windows"):
            client.function_load(LIB, replace=True)

    def _write(self, how, player, number):
        _check(player, number)
        return self.r.fcall("bw_write", 1, self.key, how, self.ttl or "", repr(-float(number)), player)

    def submit(self, player, score):
        return self._write("best", player, score) == 1

    def add(self, player, points):
        return 0.0 - float(self._write("sum", player, points))

    def score(self, player):
        _check(player)
        s = self.r.zscore(self.key, player)
        return s if s is None else 0.0 - s

    def rank(self, player):
        got = self.around(player, 0)
        return got[0][0] if got else None

    def _ask(self, name, *args):
        better, flat, *first = self.r.fcall_ro("bw_" + name, 1, self.key, *args)
        rank, out = better + 1, []
        for i, (p, s) in enumerate(zip(flat[::2], map(float, flat[1::2]))):
            if out and 0.0 - s != out[-1][2]:
                rank = first[0] + i + 1
            out.append((rank, p, 0.0 - s))
        return out

    def top(self, n=10):
        if n < 1:
            raise ValueError
        return self._ask("top", min(n, 2**50) - 1)

    def around(self, player, radius=2):
        _check(player)
        if radius < 0:
            raise ValueError
        return self._ask("around", player, min(radius, 2**50))

    def between(self, low, high):
        return [] if low > high else self._ask("between", repr(-float(high)), repr(-float(low)))

    def remove(self, player):
        _check(player)
        return self.r.zrem(self.key, player) == 1

    def size(self):
        return self.r.zcard(self.key)
