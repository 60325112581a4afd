"""A limiter is a library of functions of its own: limit and window are written into it when it is first made."""

import hashlib
import redis

SOURCE = """#!lua name=l%(id)s
local limit, window = %(limit)d, %(window)d * 1000000
local function now() local t = redis.call('TIME') return t[1] * 1000000 + t[2] end
redis.register_function('hit%(id)s', function(keys)
  local moment = now()
  redis.call('ZREMRANGEBYSCORE', keys[1], '-inf', moment - window)
  local used = redis.call('ZCARD', keys[1])
  if used >= limit then
    local oldest = redis.call('ZRANGE', keys[1], 0, 0, 'WITHSCORES')[2]
    return {0, 0, oldest + window - moment}
  end
  local member = string.format('%%.0f', moment)
  while redis.call('ZADD', keys[1], 'NX', moment, member) == 0 do member = member .. 'x' end
  redis.call('EXPIRE', keys[1], window / 1000000)
  return {1, limit - used - 1, 0}
end)
"""


class RateLimiter:
    def __init__(self, client, name, limit, window):
        if not name:
            raise ValueError("name")
        for n in (limit, window):
            if not isinstance(n, int) or n <= 0:
                raise ValueError(n)
        self.client, self.id = client, hashlib.sha256(name.encode()).hexdigest()
        try:
            client.function_load(SOURCE % {"id": self.id, "limit": limit, "window": window})
        except redis.ResponseError as error:
            if "already exists" not in str(error):
                raise

    def key(self, user):
        if not user:
            raise ValueError("user")
        return self.id + user

    def hit(self, user):
        ok, left, wait = self.client.fcall("hit" + self.id, 1, self.key(user))
        return ok == 1, left, wait / 1e6

    def reset(self, user):
        return self.client.unlink(self.key(user)) == 1
