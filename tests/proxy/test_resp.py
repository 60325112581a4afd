"""RESP: every value whole however it comes, no bytes that crash the parser, texts a student can read."""

import math
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.proxy import resp

REPLIES = [
    (b"+OK\r\n", b"OK"),
    (b":-7\r\n", -7),
    (b"$3\r\na\r\n\r\n", b"a\r\n"),
    (b"$0\r\n\r\n", b""),
    (b"$-1\r\n", None),
    (b"*-1\r\n", None),
    (b"*0\r\n", []),
    (b"*2\r\n$1\r\na\r\n*1\r\n:1\r\n", [b"a", [1]]),
    (b"_\r\n", None),
    (b"#t\r\n", True),
    (b"#f\r\n", False),
    (b",1.5\r\n", 1.5),
    (b",inf\r\n", math.inf),
    (b"%1\r\n$1\r\nk\r\n:1\r\n", {b"k": 1}),
    (b"~2\r\n:1\r\n:2\r\n", [1, 2]),
    (b"=5\r\ntxt:a\r\n", b"a"),
]


@pytest.mark.parametrize(("data", "value"), REPLIES)
def test_a_value_is_whole_when_its_last_byte_is_there(data, value):
    parser = resp.Parser()
    for place in range(len(data) - 1):
        assert parser.feed(data[place : place + 1]) == []
    assert parser.feed(data[-1:]) == [value]


def test_values_one_after_the_other_in_one_piece():
    parser = resp.Parser()
    # One reply may itself be a number that is 0, or RESP3's false: neither means that nothing is there.
    assert parser.feed(b"#f\r\n:0\r\n_\r\n$-1\r\n+a\r\n+b") == [False, 0, None, None, b"a"]
    assert parser.feed(b"\r\n") == [b"b"]


def test_an_error_is_a_value_and_not_raised():
    (error,) = resp.Parser().feed(b"-ERR no such thing\r\n")
    assert isinstance(error, resp.ReplyError)
    assert str(error) == "ERR no such thing"


def test_a_push_is_told_apart():
    (push,) = resp.Parser().feed(b">2\r\n+message\r\n+x\r\n")
    assert isinstance(push, resp.Push)


@pytest.mark.parametrize(
    "data",
    [b"hello\r\n", b"*x\r\n", b"$5x\r\n", b"\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n", b"%1\r\n*0\r\n:1\r\n"],
)
def test_what_is_not_resp_is_refused(data):
    with pytest.raises(resp.MalformedError):
        resp.Parser().feed(data)


def test_nesting_is_bounded():
    parser = resp.Parser()
    with suppress(resp.MalformedError):
        assert parser.feed(b"*1\r\n" * 100_000) == []


commands = st.lists(st.binary(max_size=30), min_size=1, max_size=6).map(tuple)


@settings(max_examples=150, deadline=None)
@given(st.lists(commands, min_size=1, max_size=5), st.randoms())
def test_commands_come_back_however_they_are_cut(sent, chance):
    data = b"".join(map(resp.encode, sent))
    parser, got = resp.Parser(), []
    while data:
        size = chance.randint(1, len(data))
        got += [resp.as_command(value) for value in parser.feed(data[:size])]
        data = data[size:]
    assert got == sent


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=30), max_size=5))
def test_random_bytes_are_refused_or_wait_for_more(parts):
    parser = resp.Parser()
    with suppress(resp.MalformedError):
        for part in parts:
            for value in parser.feed(part):
                resp.show_reply(value)
                resp.count_items(value)
                resp.as_command(value)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([data for data, _ in REPLIES] + [b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"]), st.data())
def test_changed_bytes_are_refused_or_wait_for_more(whole, data):
    changed = bytearray(whole * 2)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    parser = resp.Parser()
    with suppress(resp.MalformedError):
        for value in parser.feed(bytes(changed)):
            resp.show_reply(value)
            resp.count_bytes(value)


@pytest.mark.parametrize("value", [None, 3, b"GET", [], [b"GET", 3], [None], [[b"GET"]], {b"a": b"b"}])
def test_a_request_is_an_array_of_strings(value):
    with pytest.raises(resp.MalformedError):
        resp.as_command(value)


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        (b"cache:k", "cache:k"),
        (b"", '""'),
        (b"two words", '"two words"'),
        (b'say "hi"\\', '"say \\"hi\\"\\\\"'),
        (b"a\nb\x1b[31m", '"a\\nb\\x1b[31m"'),
        ("é".encode(), '"é"'),
        (b"\xff\xfe", '"\\\\xff\\\\xfe"'),
        ("\u202e".encode(), '"\\u202e"'),
        (b"x" * 300, '"' + "x" * 200 + '"...'),
    ],
)
def test_an_argument_as_a_command_line_takes_it(argument, shown):
    assert resp.show_argument(argument) == shown


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_argument_reaches_a_terminal_raw(argument):
    shown = resp.show_argument(argument)
    assert all(c.isprintable() for c in shown)
    assert shown.encode()


def test_a_command_is_bounded():
    assert resp.show_command((b"SET", b"k", b"1")) == "SET k 1"
    assert resp.show_command((b"DEL", *[b"k"] * 20)).endswith("... (9 more)")


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (None, "(nil)"),
        (b"OK", "OK"),
        (b"one", "one"),
        (3, "(integer) 3"),
        (True, "(true)"),
        (1.5, "(double) 1.5"),
        (resp.ReplyError("WRONGTYPE no"), "(error) WRONGTYPE no"),
        ([], "(empty array)"),
        ([b"a", [1, None]], "1) a  2) 1) (integer) 1  2) (nil)"),
        ({b"k": 1}, "1) k  2) (integer) 1"),
        (list(range(20)), "  ".join(f"{n + 1}) (integer) {n}" for n in range(12)) + "  ... (8 more)"),
        (object(), "?"),
    ],
)
def test_a_reply_as_a_command_line_shows_it(reply, shown):
    assert resp.show_reply(reply) == shown


def test_what_a_reply_holds_is_counted():
    reply = [b"abc", 1, None, [b"de", {b"k": b"vw"}]]
    assert resp.count_items(reply) == 6
    assert resp.count_bytes(reply) == 3 + 8 + 0 + 2 + 1 + 2


def test_a_list_in_one_long_string_is_no_single_item():
    assert [resp.count_items(text) for text in (b"", b"x" * 16, b"x" * 17, "x" * 1600)] == [1, 1, 2, 100]
