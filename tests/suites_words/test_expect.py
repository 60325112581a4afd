"""What a check's words accept, and what a student is shown where they fail."""

from collections import OrderedDict, namedtuple
from decimal import Decimal

import pytest

from grader.codec import to_json
from grader.interleave.calls import Call, Compute, Iterate, Raised, Returned, Unserializable, show
from grader.interleave.explorer import Ending, Scenario
from grader.proxy import resp
from grader.results import Value
from grader.sandbox.inside import worker_wire as wire
from grader.suites.expect import CheckFailedError, expect, expect_raised, value_of
from grader.suites.keys import eternal_fields, read_keys
from grader.suites.sequential import sequential
from grader.suites.tap import Executed, parse_line


def crossed(value):
    """A student's value as it reaches a check."""
    return wire.decode(wire.unpack(wire.pack(wire.Encoder(64).encode(value), 1 << 20)[4:]))


Entry = namedtuple("Entry", "rank player score")  # noqa: PYI024


class AlwaysEqual:
    def __eq__(self, other):
        return True

    __hash__ = None


class EqualInt(int):
    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Entry(1, "ann", 2.0), (1, "ann", 2.0)),
        ([Entry(1, "ann", 2)], [(1, "ann", 2.0)]),
        (1, True),
        (0, False),
        (2.0, 2),
        (Decimal("2.5"), 2.5),
        (OrderedDict(a=1), {"a": 1}),
        (None, None),
        ({"b": 1, "a": 2}, {"a": 2, "b": 1}),
    ],
)
def test_it_equals(seen, expected):
    expect(crossed(seen)).to_equal(expected)
    expect(crossed(seen)).to_be_one_of([object(), expected])


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((n for n in [1, 2]), [1, 2]),
        (iter([1]), [1]),
        ((1, 2), [1, 2]),
        ({1: 2}.keys(), [1]),
        ("1", 1),
        (b"a", "a"),
        (AlwaysEqual(), 1),
        ([AlwaysEqual()], [1]),
        ({"a": AlwaysEqual()}, {"a": 1}),
        (EqualInt(3), 1),
        (float("nan"), 1.0),
        (True, "True"),
        (None, 0),
        (print, 1),
    ],
)
def test_it_does_not_equal(seen, expected):
    with pytest.raises(CheckFailedError):
        expect(crossed(seen)).to_equal(expected)
    with pytest.raises(CheckFailedError):
        expect(crossed(seen)).to_be_one_of([expected])


@pytest.mark.parametrize("seen", [1, 2.5, 3, True, Decimal("2.5")])
def test_it_is_between(seen):
    expect(crossed(seen)).to_be_between(1, 3)


@pytest.mark.parametrize(
    "seen",
    [
        0,
        3.01,
        "2",
        None,
        [2],
        float("nan"),
        AlwaysEqual(),
        pytest.param(10**5000, id="large"),
        float("inf"),
        Decimal("3.01"),
        Decimal("NaN"),
        Decimal("sNaN"),
    ],
)
def test_it_is_not_between(seen):
    with pytest.raises(CheckFailedError) as caught:
        expect(crossed(seen), "What is left").to_be_between(1, 3, hint="h")
    assert caught.value.expected == Value("a number from 1 to 3")
    assert caught.value.message == "What is left is wrong."
    assert to_json(caught.value.seen)


def test_a_failure_says_what_was_expected_and_seen():
    with pytest.raises(CheckFailedError) as caught:
        expect(crossed(n for n in "a")).to_equal([1], hint="A list.")
    error = caught.value
    assert (error.expected, error.hint) == (Value("[1]", "list"), "A list.")
    assert error.seen.type == "generator"
    assert "0x" not in error.seen.text


def test_a_count_is_at_most():
    expect(3).to_be_at_most(3, "round trips")
    with pytest.raises(CheckFailedError) as caught:
        expect(4, "get_many").to_be_at_most(1, "round trips", hint="h")
    assert caught.value.message == "get_many took too many round trips."
    assert caught.value.seen == Value("4 round trips")


def test_whatever_holds():
    expect([1]).to_be(lambda seen: len(seen) == 1, "one item")
    with pytest.raises(CheckFailedError) as caught:
        expect([1, 2]).to_be(lambda seen: len(seen) == 1, "one item")
    assert caught.value.expected == Value("one item")


def raised(kind, *bases):
    return Raised(kind, "m", bases)


def test_what_is_raised():
    expect_raised(raised("ValueError", "ValueError", "Exception"), ValueError)
    expect_raised(raised("MyError", "ValueError", "Exception"), ValueError)
    for wrong in (raised("KeyError", "KeyError", "LookupError"), Returned(None), Returned(ValueError)):
        with pytest.raises(CheckFailedError, match="must raise ValueError"):
            expect_raised(wrong, ValueError)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a", "'a'"),
        (Compute(), "compute"),
        (Iterate(("a",)), "iter(['a'])"),
        (Unserializable(), "object()"),
        (Unserializable("Record(x=1)"), "Record(x=1)"),
        ("x" * 400, "'" + "x" * 299 + "..."),
        (10**5000, "<int with a number of thousands of digits>"),
        ([10**5000], "<list with a number of thousands of digits>"),
    ],
    ids=["text", "compute", "iterate", "object", "record", "long", "large", "large inside"],
)
def test_a_value_is_shown(value, shown):
    assert show(value) == shown
    assert value_of(value).text == shown


def test_half_a_surrogate_pair_in_a_value_can_be_written_down():
    for value in ("\ud800", ["\udfff"], {"\ud800": 1}):
        assert to_json(value_of(crossed(value)))


def test_a_call_is_shown_as_it_is_written():
    assert str(Call("set", ("k", 1), {"ttl": 5}, "cache")) == "cache.set('k', 1, ttl=5)"


# Monitor's lines


@pytest.mark.parametrize(
    ("line", "executed"),
    [
        (rb'1795.25 [0 unix:/s] "SET" "k" "a b"', Executed((b"SET", b"k", b"a b"), in_script=False)),
        (rb'1795.25 [0 lua] "get" "k"', Executed((b"get", b"k"), in_script=True)),
        (rb'1.1 [15 127.0.0.1:5] "X" "\x00\n\"\\\xff"', Executed((b"X", b'\0\n"\\\xff'), in_script=False)),
        (rb'1.1 [0 a] "X" "[0 lua] \"GET\""', Executed((b"X", b'[0 lua] "GET"'), in_script=False)),
        (rb'1.1 [0 a] "X" ""', Executed((b"X", b""), in_script=False)),
        (rb"OK", None),
        (rb"1.1 [0 a] ", None),
    ],
)
def test_a_line_of_monitor(line, executed):
    assert parse_line(line) == executed


STUDENT = """
class It:
    def __init__(self, client): self.client = client
    def do(self, *words): return self.client.execute_command(*words)
    def script(self, body): return self.client.eval(body, 0)
"""


@pytest.fixture
def lab(make_lab):
    lab = make_lab(STUDENT)
    lab.it = lab.new("it")
    return lab


def test_the_tap_hears_what_scripts_do(lab):
    lab.it.do("SET", "before", 1)
    with lab.tap() as tap:
        lab.it.do("SET", "k", 'odd "\n\xff')
        lab.it.script("redis.call('TIME') return redis.call('KEYS', '*')")
    assert [resp.name(one.command) for one in tap.executed if not one.in_script] == ["SET", "EVAL"]
    assert [resp.name(one.command) for one in tap.executed if one.in_script] == ["TIME", "KEYS"]
    assert tap.executed[0].command[2] == 'odd "\n\xff'.encode()
    assert tap.names == {"SET", "EVAL", "TIME", "KEYS"}


def test_the_tap_does_not_hear_the_clock_move(lab):
    lab.it.do("SET", "k", 1, "EX", 100)
    with lab.tap() as tap:
        lab.it.do("GET", "k")
        lab.advance(10)
        lab.it.script("return redis.call('GET', 'k')")
    assert [(resp.name(one.command), one.in_script) for one in tap.executed] == [
        ("GET", False),
        ("EVAL", False),
        ("GET", True),
    ]
    assert tap.items_read_in_scripts() == 1


def test_what_scripts_read_is_counted(lab):
    for n in range(50):
        lab.it.do("RPUSH", "l", n)
    with lab.tap() as tap:
        lab.it.script("redis.call('LRANGE', 'l', 0, -1) redis.call('SET', 'x', 1) return 1")
    assert tap.items_read_in_scripts() == 51


def test_keys_whose_names_are_no_text_are_read_by_their_own_names(lab):
    lab.it.script(
        r"redis.call('HSET', '\255\\h', 'a', 1, 'b', 2) redis.call('HEXPIRE', '\255\\h', 9, 'FIELDS', 1, 'a')"
    )
    lab.it.script(r"redis.call('ZADD', '\255z', 1, 'm', 2, 'n', 3, 'o') redis.call('EXPIRE', '\255z', 9)")
    names = {"hash": r"\xff\h", "zset": r"\xffz"}
    states = lab.keys()
    assert {state.type: state.key for state in states} == names
    found = {kind: [(state.key, length) for state, length in lab.lengths(kind)] for kind in names}
    assert found == {"hash": [(names["hash"], 2)], "zset": [(names["zset"], 3)]}
    assert eternal_fields(lab.stage.kit.admin, names["hash"]) == ["b"]
    assert lab.stored_bytes() == len(b"?\\h" + b"a1b2") + len(b"?z" + b"mno" + b"123")


def test_keys_as_they_are_with_their_expiry(lab):
    lab.it.do("SET", "text", 1, "EX", 100)
    lab.it.do("HSET", "hash", "a", 1, "b", 2)
    lab.it.do("HEXPIRE", "hash", 50, "FIELDS", 2, "a", "b")
    lab.it.do("HSET", "half", "a", 1, "b", 2)
    lab.it.do("HEXPIRE", "half", 50, "FIELDS", 1, "a")
    lab.it.do("ZADD", "z", 1, "m")
    found = lab.keys()
    states = {state.key: state for state in found}
    assert [state.key for state in found] == [state.key for state in read_keys(lab.stage.kit.admin)]
    assert abs(states["text"].ttl - 100) < 1
    assert abs(states["hash"].ttl - 50) < 1
    assert (states["half"].ttl, states["z"].ttl) == (None, None)
    assert {key: state.type for key, state in states.items()} == {
        "text": "string",
        "hash": "hash",
        "half": "hash",
        "z": "zset",
    }
    with pytest.raises(CheckFailedError) as caught:
        lab.expect_every_key_expires()
    assert "'half'" in caught.value.seen.text
    assert "'z'" in caught.value.seen.text


# The usual judgement


class Counter:
    def __init__(self):
        self.n = 0

    def add(self, n):
        self.n += n
        return self.n

    def read(self):
        return self.n


SCENARIO = Scenario(
    {"c": ()}, (Call("add", (1,), on="c"), Call("add", (2,), on="c")), (), (Call("read", on="c"),)
)


@pytest.mark.parametrize(
    ("answers", "look", "right"),
    [((1, 3), 3, True), ((3, 2), 3, True), ((1, 2), 3, False), ((1, 2), 2, False), ((1, 3), 2, False)],
)
def test_an_ending_is_right_if_some_order_gives_it(answers, look, right):
    judge = sequential(lambda: {"c": Counter()}, SCENARIO, "An add was lost.")
    verdict = judge(Ending(tuple(map(Returned, answers)), (Returned(look),)))
    assert bool(verdict) is not right
    if verdict:
        assert "An add was lost." in verdict


def test_an_exception_in_a_race_is_told():
    judge = sequential(lambda: {"c": Counter()}, SCENARIO, "An add was lost.")
    ending = Ending((Returned(1), raised("KeyError")), (Returned(1),))
    assert "raised KeyError" in judge(ending)
