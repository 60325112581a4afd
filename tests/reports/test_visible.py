"""Untrusted text, made safe to look at."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.visible import block, line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\u202eexe\u2069", "\\u202eexe\\u2069"),
        ("\ud800", "\\ud800"),
        ("\U000e0041\ufffe\x9b", "\\U000e0041\\ufffe\\x9b"),
        ("سلة שלום", "سلة שלום"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("e" + "\u0301" * 99, "e" + "\u0301" * 4),
    ],
)
def test_line(text, shown):
    assert line(text) == shown


def test_a_block_keeps_its_lines():
    assert block("a\r\nb\n\tc\rd", 100) == "a\nb\n\tc\\rd"


def test_what_is_too_long_ends_in_an_ellipsis():
    assert line("x" * 11, 10) == "x" * 9 + "…"
    assert line("x" * 10, 10) == "x" * 10


@given(st.text(st.characters(), max_size=60), st.integers(2, 50))
def test_nothing_hidden_is_left_and_the_limit_holds(text, limit):
    shown = line(text, limit)
    assert len(shown) <= limit
    assert not any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in shown)
    assert not any(
        unicodedata.bidirectional(sign) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        for sign in shown
    )
    shown.encode()
