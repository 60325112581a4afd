"""A hash of counted hits: the field is the hit's number, the value its moment by the server."""

LUA = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local window, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local hits, newest, oldest = 0, 0, now
local rows = redis.call('HGETALL', KEYS[1])
for i = 1, #rows, 2 do
  local number, moment = tonumber(rows[i]), tonumber(rows[i + 1])
  if moment <= now - window then
    redis.call('HDEL', KEYS[1], rows[i])
  else
    hits = hits + 1
    oldest = math.min(oldest, moment)
  end
  newest = math.max(newest, number)
end
if hits >= limit then
  return {hits, oldest + window - now}
end
redis.call('HSET', KEYS[1], newest + 1, now)
redis.call('PEXPIRE', KEYS[1], window)
return {hits}
"""


class SlidingWindow:
    def __init__(self, client, quota):
        self.client = client
        self.quota = quota

    def hit(self, user):
        answer = self.client.eval(LUA, 1, self.quota.key(user), self.quota.window * 1000, self.quota.limit)
        if len(answer) == 2:
            return False, 0, answer[1] / 1000
        return True, self.quota.limit - answer[0] - 1, 0.0

    def reset(self, user):
        return self.client.delete(self.quota.key(user)) > 0
