"""Absolute times in commands are moved to the server's clock, and nothing else is touched."""

import hashlib

import pytest

from grader.proxy.server_time import PRELUDE, ServerTime, prelude, rewrite_time

OFFSET = 60_000


def words(text):
    return tuple(text.encode().split())


@pytest.mark.parametrize(
    ("command", "becomes"),
    [
        ("EXPIREAT k 1000", "PEXPIREAT k 940000"),
        ("expireat k 1000 NX", "PEXPIREAT k 940000 NX"),
        ("PEXPIREAT k 100000 GT", "PEXPIREAT k 40000 GT"),
        ("HEXPIREAT h 1000 FIELDS 1 f", "HPEXPIREAT h 940000 FIELDS 1 f"),
        ("HPEXPIREAT h 100000 XX FIELDS 1 f", "HPEXPIREAT h 40000 XX FIELDS 1 f"),
        ("SET k v EXAT 1000", "SET k v PXAT 940000"),
        ("SET k v NX exat 1000 GET", "SET k v NX PXAT 940000 GET"),
        ("SET k v PXAT 100000", "SET k v PXAT 40000"),
        ("SET EXAT EXAT EXAT 1000", "SET EXAT EXAT PXAT 940000"),
        ("GETEX k EXAT 1000", "GETEX k PXAT 940000"),
        ("GETEX k PXAT 100000", "GETEX k PXAT 40000"),
        ("HSETEX h EXAT 1000 FIELDS 1 f v", "HSETEX h PXAT 940000 FIELDS 1 f v"),
        ("HGETEX h PXAT 100000 FIELDS 1 f", "HGETEX h PXAT 40000 FIELDS 1 f"),
        ("MSETEX 1 k v EXAT 1000", "MSETEX 1 k v PXAT 940000"),
        ("MSETEX 2 EXAT 5 PXAT 6 NX PXAT 100000", "MSETEX 2 EXAT 5 PXAT 6 NX PXAT 40000"),
        ("RESTORE k 100000 payload REPLACE absttl", "RESTORE k 40000 payload REPLACE absttl"),
        # A time before the beginning stays a valid one: the key is gone at once, and no error is made up.
        ("EXPIREAT k 1", "PEXPIREAT k 1"),
        ("PEXPIREAT k 60000", "PEXPIREAT k 1"),
    ],
)
def test_a_time_is_moved(command, becomes):
    assert rewrite_time(words(command), OFFSET) == words(becomes)


@pytest.mark.parametrize(
    "command",
    [
        "SET k v",
        "SET k v EX 1000",
        "SET k v PX 1000 NX",
        "SET k EXAT",
        "SET EXAT 5",
        "SET k v EXAT",
        "SET k v EXAT soon",
        "GETEX k EX 10",
        "GETEX k PERSIST",
        "HSETEX h EX 5 FIELDS 1 EXAT 7",
        "HSETEX h KEEPTTL FIELDS 1 PXAT 7",
        "MSETEX 1 EXAT 5",
        "MSETEX 1 k v EX 5",
        "MSETEX many EXAT 5 EXAT 5",
        "MSETEX",
        "XADD s 5-* f *",
        "XADD s MAXLEN 5 5-1 * *",
        "XADD s MAXLEN",
        "XADD s",
        "XADD",
        "RESTORE k 100000 ABSTTL",
        "RESTORE k 100000 payload REPLACE",
        "RESTORE k 0 payload ABSTTL",
        "RESTORE",
        "EXPIREAT k",
        "EXPIREAT",
        "PEXPIREAT k 1.5",
        "HPEXPIREAT h",
        "EXPIRETIME",
        "PEXPIRETIME",
    ],
)
def test_what_names_no_time_stays(command):
    assert rewrite_time(words(command), OFFSET) == words(command)


@pytest.mark.parametrize(
    ("command", "tail"),
    [
        ("TIME", "0 60000"),
        ("EXPIRETIME k", "1 k 60000 1000 PEXPIRETIME"),
        ("PEXPIRETIME k", "1 k 60000 1 PEXPIRETIME"),
        ("HEXPIRETIME h FIELDS 2 a b", "1 h 60000 1000 HPEXPIRETIME FIELDS 2 a b"),
        ("HPEXPIRETIME h FIELDS 1 a", "1 h 60000 1 HPEXPIRETIME FIELDS 1 a"),
    ],
)
def test_a_question_about_time_becomes_a_script(command, tail):
    rewritten = rewrite_time(words(command), OFFSET)
    assert rewritten[0] == b"EVAL"
    assert rewritten[2:] == words(tail)


@pytest.mark.parametrize("command", ["TIME", "EXPIREAT k 5", "GET k", "SET k v EXAT 5", "PING"])
def test_without_an_offset_a_command_stays(command):
    assert ServerTime().rewrite(words(command), 0) == words(command)


def sha1(body):
    return hashlib.sha1(body).hexdigest().encode()


SCRIPT = b"return redis.call('TIME')"
OTHER = b"return redis.call('GET', KEYS[1])"


def test_a_script_that_touches_time_gets_the_prelude_and_its_digest_is_known():
    time = ServerTime()
    prepared = PRELUDE + SCRIPT
    # Known before it was loaded too: EVAL loads a script as well.
    assert time.rewrite((b"EVALSHA", sha1(SCRIPT), b"0"), 0) == (b"EVALSHA", sha1(SCRIPT), b"0")
    assert time.rewrite((b"EVAL", SCRIPT, b"0"), 0) == (b"EVAL", prepared, b"0")
    assert time.rewrite((b"evalsha", sha1(SCRIPT).upper(), b"0"), 0) == (b"evalsha", sha1(prepared), b"0")
    assert time.rewrite((b"EVALSHA_RO", sha1(SCRIPT), b"0"), 9)[1] == sha1(prepared)
    assert time.rewrite((b"SCRIPT", b"LOAD", SCRIPT), 0) == (b"SCRIPT", b"LOAD", prepared)
    assert time.rewrite((b"SCRIPT", b"EXISTS", sha1(SCRIPT), b"x"), 0)[2:] == (sha1(prepared), b"x")


@pytest.mark.parametrize(
    "body",
    [
        b"return redis.call(unpack(ARGV))",
        b"local call = redis.call return call('GET', KEYS[1])",
        b"return redis['pcall'](ARGV[1], KEYS[1])",
        b"return redis.call (cjson.decode(ARGV[1])[1])",
    ],
)
def test_a_script_that_makes_any_command_gets_the_prelude(body):
    assert ServerTime().rewrite((b"EVAL", body, b"0"), 0)[1] == PRELUDE + body


@pytest.mark.parametrize("literal", [b"('SET'", b'( "SET"', b" ('SET'", b"([[SET]]"])
def test_a_script_that_writes_its_commands_out_stays(literal):
    body = b"return redis.call" + literal + b", KEYS[1], 1)"
    assert ServerTime().rewrite((b"EVAL", body, b"0"), 0)[1] == body


@pytest.mark.parametrize("command", [(b"EVAL", OTHER, b"1", b"k"), (b"SCRIPT", b"LOAD", OTHER)])
def test_another_script_stays(command):
    assert ServerTime().rewrite(command, OFFSET) == command


@pytest.mark.parametrize(
    "command", ["EVAL", "EVALSHA", "SCRIPT", "SCRIPT FLUSH", "SCRIPT LOAD", "FUNCTION LOAD", "FUNCTION LIST"]
)
def test_half_a_command_stays(command):
    assert ServerTime().rewrite(words(command), OFFSET) == words(command)


def test_a_script_is_at_home_in_its_connections_database():
    time = ServerTime()
    for digest in (sha1(SCRIPT), sha1(PRELUDE + SCRIPT)):  # one's own, and what SCRIPT LOAD replied
        time.rewrite((b"SCRIPT", b"LOAD", SCRIPT), OFFSET, 3)
        assert time.rewrite((b"EVALSHA", digest, b"0"), OFFSET, 3) == (b"EVAL", prelude(3) + SCRIPT, b"0")
    assert time.rewrite((b"EVALSHA_RO", sha1(SCRIPT), b"0"), OFFSET, 3)[0] == b"EVAL_RO"
    assert time.rewrite((b"EVALSHA", sha1(OTHER), b"0"), OFFSET, 3) == (b"EVALSHA", sha1(OTHER), b"0")


@pytest.mark.parametrize(
    ("options", "place"), [("", 1), ("NOMKSTREAM", 2), ("maxlen 5", 3), ("MINID ~ 7-0 LIMIT 9", 6)]
)
def test_the_id_that_a_server_makes_up_is_moved(options, place):
    command = words(f"XADD s {options} * f *")
    rewritten = rewrite_time(command, OFFSET)
    assert rewritten[0] == b"EVAL"
    assert rewritten[2:] == (b"1", b"s", b"60000", b"%d" % place, *command[2:])


def test_a_shebang_stays_first_and_lines_keep_their_numbers():
    body = b"#!lua name=mine\nlocal a = 1\nreturn redis.call('TIME')"
    prepared = ServerTime().rewrite((b"FUNCTION", b"LOAD", b"REPLACE", body), 0)[3]
    assert prepared.startswith(b"#!lua name=mine\nlocal redis")
    assert prepared.count(b"\n") == body.count(b"\n")
    assert b"\n" not in PRELUDE
