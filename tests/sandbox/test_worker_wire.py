"""Messages: what goes in comes out, and nothing that is fed to the decoder crashes or hangs it."""

import json
import math
import socket
from collections import ChainMap, OrderedDict, UserDict, UserList, UserString, namedtuple
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.sandbox.channel import Channel
from grader.sandbox.inside import worker_wire as wire

DEPTH = 64
LIMIT = 1 << 20

texts = st.text(st.characters())  # half surrogate pairs included
plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | texts
    | st.binary()
    | st.decimals().filter(lambda number: not number.is_snan())
    | st.just(2**70)
)
keys = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | st.binary()
hashable = keys | st.tuples(keys, keys) | st.frozensets(keys, max_size=3)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(hashable | st.sampled_from(["$set", "$", "$tuple"]), inner, max_size=4)
        | st.sets(hashable, max_size=4)
        | st.frozensets(hashable, max_size=4)
    ),
    max_leaves=12,
)


def there_and_back(value):
    body = wire.pack(wire.Encoder(DEPTH).encode(value), LIMIT)[wire.HEADER.size :]
    return wire.decode(wire.unpack(body))


def same(one, other):
    """Equal, of one type all the way down, and NaN is NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    if isinstance(one, Decimal):
        return str(one) == str(other)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    return one == other and repr(one) is not None


class Own(Mapping):
    """Equals any dict of the same items."""

    def __init__(self, items):
        self._items = items

    def __getitem__(self, key):
        return self._items[key]

    def __iter__(self):
        return iter(self._items)

    def __len__(self):
        return len(self._items)


class Items(Sequence):
    """Equals what it was made of."""

    def __init__(self, items):
        self._items = items

    def __getitem__(self, place):
        return self._items[place]

    def __len__(self):
        return len(self._items)

    def __eq__(self, other):
        return self._items == other

    __hash__ = None


@settings(max_examples=150, deadline=None)
@given(values)
def test_a_value_comes_back_as_it_was(value):
    assert same(value, there_and_back(value))


@pytest.mark.parametrize(
    ("value", "plain_value"),
    [
        (namedtuple("Entry", "rank player")(1, "ann"), (1, "ann")),  # noqa: PYI024
        (OrderedDict(a=1), {"a": 1}),
        (MappingProxyType({"a": UserDict(b=1)}), {"a": {"b": 1}}),
        (ChainMap({"a": 1}, {"a": 2, "b": 3}), {"a": 1, "b": 3}),
        (Own({"a": 1}), {"a": 1}),
        (UserList([1, (2,)]), [1, (2,)]),
        (UserString("ann"), "ann"),
        (Items([1, UserList()]), [1, []]),
        (Items((1, 2)), (1, 2)),
        ({"ann": 1, "bob": 2}.keys(), {"ann", "bob"}),
        (UserDict(ann=1).keys(), {"ann"}),
        (Fraction(5, 2), 2.5),
        (Fraction(10**30), 10**30),
        (type("MyStr", (str,), {"__str__": lambda _: "lies"})("truth"), "truth"),
        (type("MyInt", (int,), {"__int__": lambda _: 7, "__eq__": lambda *_: True})(3), 3),
        (type("MyDict", (dict,), {"items": lambda _: [("a", 2)]})(a=1), {"a": 1}),
        (type("MyList", (list,), {"__iter__": lambda _: iter([9])})([1]), [1]),
        (type("MyFloat", (float,), {"__repr__": lambda _: "nan"})("inf"), math.inf),
        (bytearray(b"ab"), b"ab"),
        (-(2**63), -(2**63)),
        (2**63, 2**63),
        (-(2**64), -(2**64)),
        pytest.param(10**5000, 10**5000, id="5000 digits"),
    ],
)
def test_a_value_loses_its_class_and_keeps_its_content(value, plain_value):
    back = there_and_back(value)
    assert type(back) is type(plain_value)
    assert back == plain_value


def test_what_is_no_data_becomes_opaque():
    back = there_and_back([object(), (n for n in "a"), len, type])
    assert [one.type for one in back] == ["object", "generator", "builtin_function_or_method", "type"]
    assert back[0] != object()
    assert "0x" not in back[1].text


class RaisesInRepr:
    def __repr__(self):
        raise KeyboardInterrupt


class GivesNoText:
    def __repr__(self):
        return 3


@pytest.mark.parametrize("kind", [RaisesInRepr, GivesNoText])
def test_a_repr_that_fails_is_said(kind):
    assert "whose repr raises" in there_and_back(kind()).text


class Lying:
    __class__ = dict


class LyingInt:
    __class__ = int


class LyingFloat:
    __class__ = float


class LyingStr:
    __class__ = str


class LyingBytes:
    __class__ = bytes


@pytest.mark.parametrize("kind", [Lying, LyingInt, LyingFloat, LyingStr, LyingBytes])
def test_a_class_that_lies_about_itself_is_no_data(kind):
    assert isinstance(there_and_back([kind()])[0], wire.Opaque)


def test_a_callback_crosses_by_name():
    assert there_and_back(wire.Callback("compute")) == wire.Callback("compute")


def test_a_number_that_can_not_be_compared_is_no_data():
    assert there_and_back(Decimal("sNaN")) != 1


def test_keys_that_all_have_one_hash_are_refused_before_they_are_told_apart():
    same_hash = [(2**61 - 1) * n for n in range(100_000)]
    encoded = wire.Encoder(DEPTH).encode(same_hash)
    for tag, content in (("$set", encoded), ("$frozenset", encoded), ("$dict", [[n, 1] for n in encoded])):
        with pytest.raises(wire.WireError, match="more than 5000"):
            wire.decode({tag: content})


def test_a_large_dict_of_texts_is_fine():
    value = {"$": 0} | {str(n): n for n in range(20_000)}
    assert there_and_back(value) == value


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


def test_depth_is_bounded():
    assert there_and_back(nested(DEPTH - 1)) == nested(DEPTH - 1)
    with pytest.raises(wire.WireError, match="nested more than 64 deep"):
        there_and_back(nested(DEPTH + 5))


def test_a_value_inside_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(wire.WireError, match="part of itself"):
        wire.Encoder(DEPTH).encode(value)


def test_size_is_bounded():
    with pytest.raises(wire.WireError, match="more than the 100"):
        wire.pack("a" * 200, 100)


@pytest.mark.parametrize(
    "value",
    [
        {"$tuple": 3},
        {"$set": [[1]]},
        {"$set": [{"$set": []}]},
        {"$frozenset": None},
        {"$dict": [[1]]},
        {"$dict": [[[1], 2]]},
        {"$dict": 1},
        {"$bytes": "zz"},
        {"$bytes": 1},
        {"$float": "one"},
        {"$float": []},
        {"$int": "0y"},
        {"$int": 3},
        {"$decimal": "one"},
        {"$decimal": [1]},
        {"$opaque": []},
        {"$opaque": 1},
        {"$opaque": {}},
        {"$opaque": {"0": 1}},
        {"$unknown": 1},
        {"$": 1},
        nested(1000),
    ],
)
def test_a_wrong_tag_is_a_wire_error(value):
    with pytest.raises(wire.WireError):
        wire.decode(value)


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[" * 100_000, b'{"a":1}x', b"1" * 10_000])
def test_what_is_no_json_is_a_wire_error(body):
    with pytest.raises(wire.WireError):
        wire.unpack(body)


TAGS = ["tuple", "set", "frozenset", "bytes", "float", "int", "decimal", "dict", "callable", "opaque"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.tuples(st.sampled_from(TAGS), inner).map(lambda pair: {f"${pair[0]}": pair[1]})
    ),
    max_leaves=10,
)


@settings(max_examples=100, deadline=None)
@given(json_values)
def test_any_json_decodes_or_is_refused(value):
    with suppress(wire.WireError):
        wire.decode(value)


class Wired:
    """A channel, and what it is fed at its other end."""

    def __init__(self, limit=LIMIT):
        ours, self.theirs = socket.socketpair()
        self.channel = Channel(ours, limit)

    def feed(self, data):
        self.theirs.sendall(data)
        return self.channel.receive()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.theirs.close()
        self.channel.close()


@settings(max_examples=30, deadline=None)
@given(st.lists(values, min_size=1, max_size=3), st.randoms())
def test_a_channel_gives_whole_messages_however_they_come(messages, chance):
    data = b"".join(wire.pack(wire.Encoder(DEPTH).encode(m), LIMIT) for m in messages)
    received = []
    with Wired() as wired:
        while data:
            size = chance.randint(1, max(1, len(data) // 2))
            received += wired.feed(data[:size])
            data = data[size:]
    assert len(received) == len(messages)
    assert all(same(a, wire.decode(b)) for a, b in zip(messages, received, strict=True))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=40), max_size=4))
def test_a_channel_survives_random_bytes(parts):
    with Wired() as wired, suppress(wire.WireError):
        for part in parts:
            for message in wired.feed(part):
                wire.decode(message)


@settings(max_examples=100, deadline=None)
@given(values, st.data())
def test_a_channel_survives_a_changed_message(value, data):
    packed = bytearray(wire.pack(wire.Encoder(DEPTH).encode(value), LIMIT))
    for _ in range(data.draw(st.integers(1, 3))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    with Wired() as wired, suppress(wire.WireError):
        for message in wired.feed(bytes(packed)):
            wire.decode(message)


def test_a_message_that_says_it_is_too_large_is_refused_before_it_is_read():
    with Wired(limit=100) as wired, pytest.raises(wire.WireError, match="larger than the 100"):
        wired.feed(wire.HEADER.pack(101))


def test_a_channel_whose_other_end_is_gone_says_so():
    with Wired() as wired:
        wired.theirs.close()
        assert wired.channel.receive() == []
        assert wired.channel.closed
        assert wired.channel.send({"a": 1}) is False


def test_a_message_is_its_length_and_its_json():
    assert wire.pack({"a": [1]}, 100) == b'\0\0\0\x09{"a":[1]}'
    assert json.loads(wire.pack("\ud800", 100)[4:]) == "\ud800"
