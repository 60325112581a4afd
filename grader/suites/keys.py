"""Looks at the keys on the server through the grader's own connection."""

from grader.admin import Admin
from grader.clock import MOST_KEYS, TOO_MANY
from grader.errors import FloodError
from grader.proxy import resp
from grader.proxy.server_time import OFFSET_DATABASE, OFFSET_KEY
from grader.results import KeyState

# Rows of a key's name, type and milliseconds left (-1: for ever), a hash's being the longest of its fields'
# where each has some; then the names of the keys without an expiry in other databases. Fields are asked for
# in slices, because Lua's unpack has a limit.
_READ_ALL = """local most, offset_database, offset_key = tonumber(ARGV[1]), ARGV[2], ARGV[3]
if redis.call('DBSIZE') > most then return redis.error_reply('TOOMANYKEYS') end
local function longest(key)
  local names, most = redis.call('HKEYS', key), -1
  for first = 1, #names, 1000 do
    local slice = {unpack(names, first, math.min(first + 999, #names))}
    for _, left in ipairs(redis.call('HPTTL', key, 'FIELDS', #slice, unpack(slice))) do
      if left < 0 then return -1 end
      most = math.max(most, left)
    end
  end
  return most
end
local function each(visit)
  local cursor, seen = '0', {}
  repeat
    local page = redis.call('SCAN', cursor, 'COUNT', 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do
      if not seen[key] then seen[key] = true visit(key) end
    end
  until cursor == '0'
end
local rows, elsewhere = {}, {}
each(function(key)
  local kind, left = redis.call('TYPE', key).ok, redis.call('PTTL', key)
  if left == -1 and kind == 'hash' then left = longest(key) end
  if left ~= -2 then rows[#rows + 1] = {key, kind, left} end
end)
-- Only databases that have keys are named there: to look at each of them would take longer than all else.
for database in string.gmatch(redis.call('INFO', 'keyspace'), 'db(%d+):') do
  if database ~= '0' then
    redis.call('SELECT', database)
    each(function(key)
      local clock = database == offset_database and key == offset_key
      if not clock and redis.call('PTTL', key) == -1 then elsewhere[#elsewhere + 1] = key end
    end)
  end
end
redis.call('SELECT', 0)
return {rows, elsewhere}"""
_LENGTH = {"hash": "HLEN", "zset": "ZCARD"}
_READ: dict[str, tuple[str | int, ...]] = {
    "string": ("GET",),
    "list": ("LRANGE", 0, -1),
    "set": ("SMEMBERS",),
    "zset": ("ZRANGE", 0, -1, "WITHSCORES"),
    "hash": ("HGETALL",),
    "stream": ("XRANGE", "-", "+"),
}


def read_keys(admin: Admin, behind_ms: int = 0) -> list[KeyState]:
    """Every key of database 0, sorted, and those of the others that have no expiry.

    An expiry on every field of a hash counts as one. The server sees all of them so much too early.
    """
    named, elsewhere = _read_all(admin, behind_ms)
    others = (f"{shown_name(name)} (in another database)" for name in elsewhere)
    return [state for _, state in named] + [KeyState(name, "", None) for name in others]


def lengths(admin: Admin, kind: str, behind_ms: int = 0) -> list[tuple[KeyState, int]]:
    """Every hash, or sorted set, of database 0, and how many fields or members it has."""
    named = [(name, state) for name, state in _read_all(admin, behind_ms)[0] if state.type == kind]
    counts = admin.ask_all([(_LENGTH[kind], name) for name, _ in named]) if named else []
    return [(state, int(str(count))) for (_, state), count in zip(named, counts, strict=True)]


def _read_all(admin: Admin, behind_ms: int = 0) -> tuple[list[tuple[bytes, KeyState]], list[bytes]]:
    """Every key of database 0 beside its name on the server, which need not be text.

    And the names of the keys without an expiry in the other databases.
    """
    try:
        read = admin.ask("EVAL", _READ_ALL, 0, MOST_KEYS, OFFSET_DATABASE, OFFSET_KEY)
    except resp.ReplyError as error:
        if TOO_MANY not in str(error):
            raise
        raise FloodError(f"more than {MOST_KEYS:,} keys") from None
    assert isinstance(read, list)
    rows, elsewhere = read
    named = [(name, _state(name, kind, left, behind_ms)) for name, kind, left in sorted(rows)]
    return named, sorted(elsewhere)


def _bytes(value: resp.Reply) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _state(name: bytes, kind: bytes, left: int, behind_ms: int) -> KeyState:
    return KeyState(shown_name(name), kind.decode(), (left + behind_ms) / 1000 if left >= 0 else None)


def shown_name(name: bytes) -> str:
    """A key's name as text; bytes that are no UTF-8 stay readable."""
    return name.decode("utf-8", "backslashreplace")


def eternal_fields(admin: Admin, key: str) -> list[str]:
    """The fields of a hash that have no expiry, where others of it have one."""
    hashes = (name for name, state in _read_all(admin)[0] if (state.key, state.type) == (key, "hash"))
    name = next(hashes, b"")
    fields = admin.ask("HKEYS", name)
    if not isinstance(fields, list) or not fields:
        return []
    left = admin.ask("HPTTL", name, "FIELDS", len(fields), *fields)
    assert isinstance(left, list)
    eternal = [field for field, time in zip(fields, left, strict=True) if int(str(time)) < 0]
    return [_bytes(one).decode("utf-8", "backslashreplace") for one in eternal if len(eternal) < len(fields)]


def stored_bytes(admin: Admin) -> int:
    """Bytes of the names and values of all keys of database 0 that aren't over; of no encoding's overhead."""
    total = 0
    for name, state in _read_all(admin)[0]:
        if state.type in _READ:
            command, *rest = _READ[state.type]
            total += len(name) + _length(admin.ask(command, name, *rest))
    return total


def _length(reply: resp.Reply) -> int:
    if isinstance(reply, list):
        return sum(map(_length, reply))
    return len(_bytes(reply)) if reply is not None else 0
