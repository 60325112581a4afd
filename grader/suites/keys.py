"""Looks at the keys on the server through the grader's own connection."""

from grader.admin import Admin
from grader.clock import MOST_KEYS
from grader.errors import FloodError
from grader.proxy import resp
from grader.proxy.server_time import OFFSET_DATABASE, OFFSET_KEY
from grader.results import KeyState

PAGE = 1000
_ELSEWHERE = """local found = {}
for database = 1, 15 do
  redis.call('SELECT', database)
  for _, key in ipairs(redis.call('SCAN', '0', 'COUNT', 1000)[2]) do
    local clock = database == tonumber(ARGV[1]) and key == ARGV[2]
    if not clock and redis.call('PTTL', key) == -1 then found[#found + 1] = key end
  end
end
redis.call('SELECT', '0')
return found"""
_LENGTH = {"hash": "HLEN", "zset": "ZCARD"}
_READ: dict[str, tuple[str | int, ...]] = {
    "string": ("GET",),
    "list": ("LRANGE", 0, -1),
    "set": ("SMEMBERS",),
    "zset": ("ZRANGE", 0, -1, "WITHSCORES"),
    "hash": ("HGETALL",),
    "stream": ("XRANGE", "-", "+"),
}


def read_keys(admin: Admin) -> list[KeyState]:
    """Every key of database 0, sorted, and those of the others that have no expiry.

    An expiry on every field of a hash counts as one.
    """
    return [state for _, state in _read_named(admin)] + _read_elsewhere(admin)


def lengths(admin: Admin, kind: str) -> list[tuple[KeyState, int]]:
    """Every hash, or sorted set, of database 0, and how many fields or members it has."""
    named = [(name, state) for name, state in _read_named(admin) if state.type == kind]
    counts = admin.ask_all([(_LENGTH[kind], name) for name, _ in named]) if named else []
    return [(state, int(str(count))) for (_, state), count in zip(named, counts, strict=True)]


def _read_named(admin: Admin) -> list[tuple[bytes, KeyState]]:
    """Every key of database 0 beside its name on the server, which need not be text."""
    if (count := admin.ask("DBSIZE")) and isinstance(count, int) and count > MOST_KEYS:
        raise FloodError(f"more than {MOST_KEYS:,} keys")
    names: set[bytes] = set()
    cursor: resp.Reply = b"0"
    while True:
        page = admin.ask("SCAN", _bytes(cursor), "COUNT", PAGE)
        assert isinstance(page, list)
        cursor = page[0]
        names.update(page[1])
        if _bytes(cursor) == b"0":
            break
    ordered = sorted(names)
    kinds = admin.ask_all([("TYPE", name) for name in ordered]) if ordered else []
    times = admin.ask_all([("PTTL", name) for name in ordered]) if ordered else []
    rows = zip(ordered, kinds, times, strict=True)
    return [(row[0], _state(admin, *row)) for row in rows if row[2] != -2]


def _read_elsewhere(admin: Admin) -> list[KeyState]:
    """Keys without an expiry in the other databases, but for the one that holds the scripts' time."""
    names = admin.ask("EVAL", _ELSEWHERE, 0, OFFSET_DATABASE, OFFSET_KEY)
    assert isinstance(names, list)
    texts = (_bytes(name).decode("utf-8", "backslashreplace") for name in names)
    return [KeyState(f"{text} (in another database)", "", None) for text in texts]


def _bytes(value: resp.Reply) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _state(admin: Admin, name: bytes, kind: resp.Reply, left: resp.Reply) -> KeyState:
    text = _bytes(kind).decode()
    ttl = int(str(left)) / 1000 if int(str(left)) >= 0 else None
    if ttl is None and text == "hash":
        ttl = _hash_ttl(admin, name)
    return KeyState(shown_name(name), text, ttl)


def shown_name(name: bytes) -> str:
    """A key's name as text; bytes that are no UTF-8 stay readable."""
    return name.decode("utf-8", "backslashreplace")


def _hash_ttl(admin: Admin, name: bytes) -> float | None:
    """The longest of a hash's fields' expiries; None where a field has none."""
    fields = admin.ask("HKEYS", name)
    if not isinstance(fields, list) or not fields:
        return None
    left = admin.ask("HPTTL", name, "FIELDS", len(fields), *fields)
    assert isinstance(left, list)
    times = [int(str(one)) for one in left]
    return None if min(times) < 0 else max(times) / 1000


def eternal_fields(admin: Admin, key: str) -> list[str]:
    """The fields of a hash that have no expiry, where others of it have one."""
    hashes = (name for name, state in _read_named(admin) if (state.key, state.type) == (key, "hash"))
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
    for name, state in _read_named(admin):
        if state.type in _READ:
            command, *rest = _READ[state.type]
            total += len(name) + _length(admin.ask(command, name, *rest))
    return total


def _length(reply: resp.Reply) -> int:
    if isinstance(reply, list):
        return sum(map(_length, reply))
    return len(_bytes(reply)) if reply is not None else 0
