"""The one virtual clock: moves the worker's clocks and the server's expiries together.

Theory of operation. Virtual time stands still while code runs, and is moved by whoever drives the check:
to a moment that somebody waits for, or as far as a check says. The worker's processes read it from a
mapped file. Valkey's own clock can't be moved, so its expiries are: each is set earlier by as much as
virtual time has gained on real time since the last move. What a group of readers left alone in a stream was
left alone for so much longer. The same gain, the offset, is what absolute
times in commands are rewritten by (see grader.proxy.server_time).
"""

import mmap
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from grader.admin import Admin
from grader.errors import FloodError
from grader.proxy import resp
from grader.proxy.server_time import OFFSET_DATABASE, OFFSET_KEY

NANOSECONDS = 1_000_000_000
# Real time that the server's expiries may run on by while virtual time stands still. Checks see times to
# within a second; a machine under load takes longer than that for a few calls.
LAG_MS = 200
CREEP_MS = 500  # the same beside an open transaction, which a move of its keys' expiries would break
_MILLISECOND = 1_000_000

# Keys, fields of hashes, and what is pending in streams: moving so many takes a quarter of a second.
MOST_KEYS = 100_000
TOO_MANY = "TOOMANYKEYS"

# Fields are asked for in slices, because Lua's unpack has a limit.
SHIFT = """
local by = tonumber(ARGV[1])
local left = tonumber(ARGV[5])
local function earlier(at) return string.format('%.0f', at - by) end
local function each(type, visit)
  local cursor = '0'
  repeat
    local page = type and redis.call('SCAN', cursor, 'COUNT', 1000, 'TYPE', type)
      or redis.call('SCAN', cursor, 'COUNT', 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do visit(key) end
  until cursor == '0'
end
local function move_fields(key)
  left = left - redis.call('HLEN', key)
  if left < 0 then return end
  local names = redis.call('HKEYS', key)
  for first = 1, #names, 1000 do
    local slice = {unpack(names, first, math.min(first + 999, #names))}
    local times = redis.call('HPEXPIRETIME', key, 'FIELDS', #slice, unpack(slice))
    for i, at in ipairs(times) do
      if at > 0 then redis.call('HPEXPIREAT', key, earlier(at), 'FIELDS', 1, slice[i]) end
    end
  end
end
-- How long an entry of a stream was left alone by who read it: by that others know whom they may relieve.
local function wait_longer(key, group)
  local first = '-'
  repeat
    local page = redis.call('XPENDING', key, group, first, '+', 1000)
    left = left - #page
    if left < 0 then return end
    for _, one in ipairs(page) do
      local idle = string.format('%.0f', math.max(0, one[3] + by))
      redis.call('XCLAIM', key, group, one[2], 0, one[1], 'IDLE', idle, 'RETRYCOUNT', one[4], 'JUSTID')
    end
    first = #page > 0 and '(' .. page[#page][1]
  until not first
end
local function move_database(size)
  if size > left then left = -1 return end
  each('hash', move_fields)
  each('stream', function(key)
    for _, about in ipairs(redis.call('XINFO', 'GROUPS', key)) do wait_longer(key, about[2]) end
  end)
  each(nil, function(key)
    local at = redis.call('PEXPIRETIME', key)
    if at > 0 then redis.call('PEXPIREAT', key, earlier(at)) end
  end)
end
-- Only databases that have keys are named there: to look at each of them would take longer than all else.
for database, size in string.gmatch(redis.call('INFO', 'keyspace'), 'db(%d+):keys=(%d+)') do
  redis.call('SELECT', database)
  local ours = database == ARGV[3] and size == '1' and redis.call('EXISTS', ARGV[4]) == 1
  if not ours then move_database(tonumber(size)) end
end
if left < 0 then return redis.error_reply('TOOMANYKEYS') end
redis.call('SELECT', ARGV[3])
redis.call('SET', ARGV[4], ARGV[2])
redis.call('SELECT', '0')
"""


class Clock:
    """One check's virtual time, shared with the worker through a file of eight bytes."""

    def __init__(self, file: Path) -> None:
        file.write_bytes(bytes(8))
        file.chmod(0o644)
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 8)
        self._shared = memoryview(self._map).cast("q")
        self._admin: Admin | None = None
        self._shifted_ms = 0
        self._around_shift: Callable[[], AbstractContextManager[None]] = nullcontext
        self.begin(None)

    def close(self) -> None:
        """Let go of the file; there is no time any more."""
        self._shared.release()
        self._map.close()

    def begin(
        self,
        admin: Admin | None,
        around_shift: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Count from 0 for a new check; ``admin`` is the connection to a server that is empty.

        Whenever the server's expiries are moved, it is done inside of what ``around_shift`` gives.
        """
        self._admin, self._around_shift = admin, around_shift
        self._shared[0] = 0
        self.drifted = 0  # nanoseconds that passed because nothing else happened: a busy machine adds some
        self._shifted_ms = 0
        self.monotonic = time.monotonic_ns()
        self.wall = time.time_ns()

    @property
    def now(self) -> int:
        """Virtual nanoseconds since the check began."""
        return self._shared[0]

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self._shared[0] / NANOSECONDS

    @property
    def waited(self) -> float:
        """Virtual seconds that somebody waited for: what a busy machine added is left out."""
        return (self._shared[0] - self.drifted) / NANOSECONDS

    def offset_ms(self) -> int:
        """How far virtual time is ahead of the server's, in milliseconds."""
        real = time.monotonic_ns() - self.monotonic
        return (self._shared[0] - real) // _MILLISECOND

    @property
    def lags(self) -> bool:
        """Whether real time has run on by more than LAG_MS since the last move."""
        return abs(self.behind_ms) > LAG_MS

    @property
    def behind_ms(self) -> int:
        """By how many milliseconds more real time has run on since the last move than virtual time."""
        return self._shifted_ms - self.offset_ms()

    def keep_up(self) -> None:
        """Align where real time has run on too far; while no transaction is open."""
        if self.lags:
            self.align()

    def move_to(self, moment: int) -> None:
        """Make it ``moment`` (nanoseconds) here, in the worker and on the server; never backwards."""
        self._shared[0] = max(moment, self._shared[0])
        self.align()

    def creep_to(self, moment: int) -> None:
        """The same, but the server's expiries may stay behind for a while: for an open transaction's sake."""
        self._shared[0] = max(moment, self._shared[0])
        if abs(self.behind_ms) > CREEP_MS:
            self.align()

    def drift(self, nanoseconds: int) -> None:
        """Let time pass in the worker as it has really passed, and so has on the server."""
        self._shared[0] += nanoseconds
        self.drifted += nanoseconds

    def empty(self) -> None:
        """Empty the server, and tell it what the scripts on it need to know; these stay."""
        if self._admin is not None:
            told = [("SELECT", OFFSET_DATABASE), ("SET", OFFSET_KEY, self._shifted_ms), ("SELECT", 0)]
            self._admin.ask_all([("FLUSHALL", "SYNC"), *told])

    def align(self) -> None:
        """Bring the server's expiries up to virtual time."""
        offset = self.offset_ms()
        if self._admin is not None and offset != self._shifted_ms:
            with self._around_shift():
                self._shift(offset - self._shifted_ms, offset)
            self._shifted_ms = offset

    def _shift(self, by: int, offset: int) -> None:
        if self._admin is None:
            return
        try:
            self._admin.ask("EVAL", SHIFT, 0, by, offset, OFFSET_DATABASE, OFFSET_KEY, MOST_KEYS)
        except resp.ReplyError as error:
            if TOO_MANY not in str(error):
                raise
            raise FloodError(f"more than {MOST_KEYS:,} keys, or fields of hashes") from None
