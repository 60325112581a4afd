"""A library of functions: which version is it on, and what does the server call itself?"""

import math
import boardbase

CODE = """#!lua name=boardlib
local function submit(keys, args)
  local n = redis.call('ZADD', keys[1], 'LT', 'CH', args[1], args[2])
  if args[3] then redis.call('EXPIRE', keys[1], args[3], 'NX') end
  return {n, redis.REDIS_VERSION}
end
redis.register_function('board_submit', submit)
"""


class Leaderboard(boardbase.Leaderboard):
    def __init__(self, client, name, ttl=None):
        super().__init__(client, name, ttl)
        client.function_load(CODE, replace=True)

    def submit(self, player, score):
        boardbase.named(player)
        boardbase.finite(score)
        more = [] if self._ttl is None else [self._ttl]
        changed, version = self._client.fcall("board_submit", 1, self._key, repr(-score), player, *more)
        assert version.split(".")[0].isdigit()
        return bool(changed)
