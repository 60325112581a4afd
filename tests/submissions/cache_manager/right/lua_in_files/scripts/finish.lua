-- KEYS: entry, lock; ARGV: token, text, seconds
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 0
end
if #ARGV > 1 then
  redis.call('SETEX', KEYS[1], ARGV[3], ARGV[2])
end
return redis.call('DEL', KEYS[2])
