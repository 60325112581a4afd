"""Any name imported from here is a script of that name, made when it is first used."""

_SOURCES = {
    "change": """
local n = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return n""",
    "put": """
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])""",
    "drop": """
local n = redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return n""",
    "merge": """
local f = redis.call('HGETALL', KEYS[1])
if #f == 0 then return end
for i = 1, #f, 2 do redis.call('HINCRBY', KEYS[2], f[i], f[i+1]) end
redis.call('EXPIRE', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[1])""",
    "take": """
local f = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
return f""",
}


class Lazy:
    def __init__(self, name):
        self.name, self.script = name, None

    def __call__(self, client, keys, *args):
        if self.script is None:
            self.script = client.register_script(_SOURCES[self.name])
        return self.script(keys=keys, args=args, client=client)


def __getattr__(name):
    made = globals()[name] = Lazy(name)
    return made
