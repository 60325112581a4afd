"""Absolute times in a student's commands, moved between the virtual clock and Valkey's own.

Valkey's clock can't be moved; its expiries can (see grader.clock). So a command that names an absolute
time, such as EXPIREAT, is rewritten on its way in, and one that asks for one, such as TIME or
EXPIRETIME, is replaced by a script of one line that gives the virtual answer. Scripts and functions that
touch absolute times, or may be told to by their arguments, get a prelude on their first line, so that
``redis.call`` does the same inside them; they find the offset in database 15, where no contract leads. The
ids that the server makes up for a stream's entries are times too.
"""

import hashlib
import re
from dataclasses import dataclass, field

from grader.proxy import resp

OFFSET_DATABASE = 15
OFFSET_KEY = "clock:offset"  # how far virtual time is ahead of the server's, in whole milliseconds

_SECONDS = {b"EXPIREAT": b"PEXPIREAT", b"HEXPIREAT": b"HPEXPIREAT"}
_MILLISECONDS = {b"PEXPIREAT", b"HPEXPIREAT"}
_WITH_OPTIONS = {b"SET", b"GETEX", b"HSETEX", b"HGETEX", b"MSETEX"}
_ASKS_SECONDS = {b"EXPIRETIME": b"PEXPIRETIME", b"HEXPIRETIME": b"HPEXPIRETIME"}
_ASKS_MILLISECONDS = {b"PEXPIRETIME", b"HPEXPIRETIME"}
_TOUCHES_TIME = re.compile(rb"TIME|EXPIREAT|EXAT|PXAT|ABSTTL|XADD", re.IGNORECASE)
_CALLS_ANYTHING = re.compile(rb"\bp?call\b(?!\s*\(\s*['\"\[])")  # a command that isn't written out

# Names here can't clash with a script's own: the chunk is one expression, and its result shadows `redis`.
# In it `redis` is looked up at each call, for a library's functions find another than its loading did.
_PRELUDE = """local redis,server=(function()
local function offset() redis.call('SELECT','%(database)d') local o=redis.call('GET','%(key)s')
 redis.call('SELECT','%(home)d') return tonumber(o or '0') end
local function ms(v) local n=math.floor(v) if n<1 then n=1 end return string.format('%%.0f',n) end
local seconds={EXPIREAT='PEXPIREAT',HEXPIREAT='HPEXPIREAT'}
local millis={PEXPIREAT=true,HPEXPIREAT=true}
local asks={EXPIRETIME='PEXPIRETIME',HEXPIRETIME='HPEXPIRETIME'}
local asksms={PEXPIRETIME=true,HPEXPIRETIME=true}
local options={SET=3,GETEX=2,HSETEX=2,HGETEX=2}
local function later(t,o,unit) if type(t)=='table' and not t.err then
 for i=1,#t do t[i]=later(t[i],o,unit) end return t end
 if type(t)=='number' and t>0 then return math.floor((t+o)/unit+0.5) end return t end
local function add(f,name,a) local i=2
 while type(a[i])=='string' do local w=string.upper(a[i])
  if w=='NOMKSTREAM' then i=i+1
  elseif w=='MAXLEN' or w=='MINID' then i=i+1 if a[i]=='=' or a[i]=='~' then i=i+1 end i=i+1
  elseif w=='LIMIT' then i=i+2
  else break end end
 if a[i]~='*' then return f(name,unpack(a)) end
 local t=redis.call('TIME') a[i]=ms(t[1]*1000+t[2]/1000+offset())..'-*'
 local id=redis.pcall(name,unpack(a)) if type(id)~='table' then return id end
 a[i]='*' return f(name,unpack(a)) end
local function wrap(kind) return function(name,...)
 local f=redis[kind] local n=type(name)=='string' and string.upper(name) or ''
 if n=='TIME' then local t=f(name,...) if t.err then return t end
  local us=t[1]*1000000+t[2]+offset()*1000
  return {string.format('%%.0f',math.floor(us/1000000)),string.format('%%.0f',us%%1000000)} end
 local a={...}
 if n=='XADD' then return add(f,name,a) end
 if asks[n] then return later(f(asks[n],...),offset(),1000) end
 if asksms[n] then return later(f(n,...),offset(),1) end
 if seconds[n] and tonumber(a[2]) then
  a[2]=ms(tonumber(a[2])*1000-offset()) return f(seconds[n],unpack(a)) end
 if millis[n] and tonumber(a[2]) then a[2]=ms(tonumber(a[2])-offset()) return f(n,unpack(a)) end
 if n=='RESTORE' and tonumber(a[2]) then for i=4,#a do
  if type(a[i])=='string' and string.upper(a[i])=='ABSTTL' and tonumber(a[2])>0 then
   a[2]=ms(tonumber(a[2])-offset()) break end end return f(n,unpack(a)) end
 local first=n=='MSETEX' and tonumber(a[1]) and 2*a[1]+2 or options[n]
 if first then for i=first,#a-1 do local w=type(a[i])=='string' and string.upper(a[i]) or ''
  if w=='FIELDS' then break end
  if w=='EXAT' and tonumber(a[i+1]) then a[i]='PXAT' a[i+1]=ms(tonumber(a[i+1])*1000-offset()) break end
  if w=='PXAT' and tonumber(a[i+1]) then a[i+1]=ms(tonumber(a[i+1])-offset()) break end end
  return f(name,unpack(a)) end
 return f(name,...) end end
local mine={call=wrap('call'),pcall=wrap('pcall')%(more)s}
return mine,mine end)() """
# A library that is loading finds no more of Lua than `redis` itself, so what it may want is named here.
# Valkey 9.1 crashes where a library logs as it is loaded; nobody reads the log anyway.
_FUNCTIONS = ("register_function", "error_reply", "status_reply", "sha1hex", "setresp", "acl_check_cmd")
_VERSIONS = ("REDIS_VERSION", "REDIS_VERSION_NUM")
_LIBRARY = "".join(
    (
        ",log=function() end,LOG_DEBUG=0,LOG_VERBOSE=1,LOG_NOTICE=2,LOG_WARNING=3",
        *(f",{name}=function(...) return redis.{name}(...) end" for name in _FUNCTIONS),
        *(f",{name}=redis.{name}" for name in _VERSIONS),
    )
)


def _prelude(more: str, home: int) -> str:
    filled = _PRELUDE % {"database": OFFSET_DATABASE, "key": OFFSET_KEY, "more": more, "home": home}
    return filled.replace("\n", " ")


def prelude(home: int = 0) -> bytes:
    """What a script begins with that runs in database ``home``: nothing tells it where it is."""
    text = _prelude("", home)
    return text.replace("return mine,mine", "setmetatable(mine,{__index=redis}) return mine,mine").encode()


PRELUDE = prelude()

_TIME_SCRIPT = b"""local t=redis.call('TIME') local us=t[1]*1000000+t[2]+tonumber(ARGV[1])*1000
return {string.format('%.0f',math.floor(us/1000000)),string.format('%.0f',us%1000000)}"""
# The id's milliseconds are given, the server numbers what comes within one; where the newest entry is later
# still, it makes up the whole id, as it would have done.
_ADD_SCRIPT = b"""local a,i={unpack(ARGV,3)},tonumber(ARGV[2]) local t=redis.call('TIME')
a[i]=string.format('%.0f-*',math.max(1,math.floor(t[1]*1000+t[2]/1000+tonumber(ARGV[1]))))
local id=redis.pcall('XADD',KEYS[1],unpack(a)) if type(id)~='table' then return id end
a[i]='*' return redis.pcall('XADD',KEYS[1],unpack(a))"""
_MOST_WORDS = 4_000  # of a command that a script is given, for Lua's unpack has a limit
_ASK_SCRIPT = b"""local function later(t)
if type(t)=='table' then for i=1,#t do t[i]=later(t[i]) end return t end
if t>0 then return math.floor((t+tonumber(ARGV[1]))/tonumber(ARGV[2])+0.5) end return t end
return later(redis.call(ARGV[3],KEYS[1],unpack(ARGV,4)))"""


@dataclass
class ServerTime:
    """Rewrites one server's traffic; remembers which of its scripts were given the prelude."""

    programs: set[str] = field(default_factory=set)  # what may lie on the server: scripts, functions
    _new_digest: dict[bytes, bytes] = field(default_factory=dict)  # a student's SHA1 -> that of ours
    _bodies: dict[bytes, bytes] = field(default_factory=dict)  # either SHA1 -> what the student wrote

    def rewrite(self, command: resp.Command, offset_ms: int, database: int = 0) -> resp.Command:
        """The command that does on the server what ``command`` means on the virtual clock.

        ``database`` is the one that its connection has selected.
        """
        name = command[0].upper()
        if name in _SCRIPT_COMMANDS:
            self.programs.add("functions" if name == b"FUNCTION" else "scripts")
            return self._rewrite_script(command, name, database)
        if offset_ms == 0 or name not in _TIME_COMMANDS:
            return command
        return rewrite_time(command, offset_ms)

    def _rewrite_script(self, command: resp.Command, name: bytes, database: int) -> resp.Command:
        if name in {b"EVALSHA", b"EVALSHA_RO"} and len(command) > 1:
            return self._rewrite_evalsha(command, name, database)
        if name in {b"EVAL", b"EVAL_RO"} and len(command) > 1:
            return (command[0], self._prepare(command[1], database), *command[2:])
        word = command[1].upper() if len(command) > 1 else b""
        if name == b"SCRIPT" and word == b"EXISTS":
            return (*command[:2], *(self._digest(digest) for digest in command[2:]))
        if word == b"LOAD" and len(command) > 2:  # noqa: PLR2004 - SCRIPT LOAD body, FUNCTION LOAD [REPLACE] body
            body = command[-1]
            prepared = _prepare_library(body, database) if name == b"FUNCTION" else self._prepare(body)
            return (*command[:-1], prepared)
        return command

    def _rewrite_evalsha(self, command: resp.Command, name: bytes, database: int) -> resp.Command:
        body = self._bodies.get(command[1].lower())
        if database and body is not None:  # what was loaded is at home in database 0
            return (name.replace(b"SHA", b""), self._prepare(body, database), *command[2:])
        return (command[0], self._digest(command[1]), *command[2:])

    def _digest(self, digest: bytes) -> bytes:
        return self._new_digest.get(digest.lower(), digest)

    def _prepare(self, body: bytes, database: int = 0) -> bytes:
        if not (_TOUCHES_TIME.search(body) or _CALLS_ANYTHING.search(body)):
            return body
        prepared = _put_first(prelude(database) if database else PRELUDE, body)
        if not database:
            self._new_digest[_sha1(body)] = _sha1(prepared)
            # A client goes on with the digest that SCRIPT LOAD replied, or with its own.
            self._bodies[_sha1(body)] = self._bodies[_sha1(prepared)] = body
        return prepared


def _prepare_library(body: bytes, database: int) -> bytes:
    return _put_first(_prelude(_LIBRARY, database).encode(), body)


def _put_first(prelude: bytes, body: bytes) -> bytes:
    # A shebang has to stay first; either way the script's own line numbers stay what they were.
    head, newline, rest = body.partition(b"\n") if body.startswith(b"#!") else (b"", b"", body)
    return head + newline + prelude + rest


def _sha1(body: bytes) -> bytes:
    return hashlib.sha1(body, usedforsecurity=False).hexdigest().encode()


def rewrite_time(command: resp.Command, offset_ms: int) -> resp.Command:
    """One plain command, rewritten; one that is malformed stays, for Valkey to refuse."""
    name, arguments = command[0].upper(), command[1:]
    offset = b"%d" % offset_ms
    if name == b"TIME":
        return (b"EVAL", _TIME_SCRIPT, b"0", offset)
    if name in _ASKS_SECONDS and arguments:
        return (
            b"EVAL",
            _ASK_SCRIPT,
            b"1",
            arguments[0],
            offset,
            b"1000",
            _ASKS_SECONDS[name],
            *arguments[1:],
        )
    if name in _ASKS_MILLISECONDS and arguments:
        return (b"EVAL", _ASK_SCRIPT, b"1", arguments[0], offset, b"1", name, *arguments[1:])
    if name in _SECONDS and len(arguments) > 1:
        return (_SECONDS[name], arguments[0], _earlier(arguments[1], 1000, offset_ms), *arguments[2:])
    if name in _MILLISECONDS and len(arguments) > 1:
        return (name, arguments[0], _earlier(arguments[1], 1, offset_ms), *arguments[2:])
    if name == b"RESTORE":
        return _rewrite_restore(command, offset_ms)
    if name == b"XADD":
        return _rewrite_add(command, offset)
    return _rewrite_options(command, offset_ms)


def _rewrite_restore(command: resp.Command, offset_ms: int) -> resp.Command:
    # RESTORE key time payload [options]; a time of 0 means no expiry, an absolute one too.
    options = {word.upper() for word in command[4:]}
    if b"ABSTTL" not in options or command[2] == b"0":
        return command
    return (*command[:2], _earlier(command[2], 1, offset_ms), *command[3:])


def _rewrite_add(command: resp.Command, offset: bytes) -> resp.Command:
    # XADD key [NOMKSTREAM] [MAXLEN | MINID [= | ~] threshold [LIMIT count]] id field value ...
    place = 2
    while place < len(command):
        word = command[place].upper()
        if word in {b"MAXLEN", b"MINID"}:
            place += 3 if command[place + 1 : place + 2] in {(b"=",), (b"~",)} else 2
        elif word == b"LIMIT":
            place += 2
        elif word == b"NOMKSTREAM":
            place += 1
        else:
            break
    if command[place : place + 1] != (b"*",) or len(command) > _MOST_WORDS:
        return command
    return (b"EVAL", _ADD_SCRIPT, b"1", command[1], offset, b"%d" % (place - 1), *command[2:])


def _rewrite_options(command: resp.Command, offset_ms: int) -> resp.Command:
    # An option comes after the key (and SET's value), before a hash's fields; only the first counts.
    for place in range(_first_option(command), len(command) - 1):
        word = command[place].upper()
        if word == b"FIELDS":
            break
        if word in {b"EXAT", b"PXAT"}:
            unit = 1000 if word == b"EXAT" else 1
            moved = _earlier(command[place + 1], unit, offset_ms)
            option = b"PXAT" if moved is not command[place + 1] else command[place]
            return (*command[:place], option, moved, *command[place + 2 :])
    return command


def _first_option(command: resp.Command) -> int:
    match command[0].upper():
        case b"SET":
            return 3
        case b"MSETEX":  # after so many keys with their values
            return 2 + 2 * int(command[1]) if command[1:] and command[1].isdigit() else len(command)
    return 2


def _earlier(time: bytes, unit_ms: int, offset_ms: int) -> bytes:
    try:
        return b"%d" % max(1, int(time) * unit_ms - offset_ms)
    except ValueError:
        return time


_SCRIPT_COMMANDS = frozenset({b"EVAL", b"EVAL_RO", b"EVALSHA", b"EVALSHA_RO", b"SCRIPT", b"FUNCTION"})
_TIME_COMMANDS = frozenset(
    {b"TIME", b"RESTORE", b"XADD"}
    | _SECONDS.keys()
    | _MILLISECONDS
    | _WITH_OPTIONS
    | _ASKS_SECONDS.keys()
    | _ASKS_MILLISECONDS
)
