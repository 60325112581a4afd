-- KEYS: entry, lock; ARGV: token, lock milliseconds
local text = redis.call('GET', KEYS[1])
if text then
  return {'hit', text}
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return {'mine', ''}
end
return {'wait', ''}
