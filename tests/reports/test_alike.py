"""Copies are found, stubs don't count, strangers aren't accused."""

from pathlib import Path

import pytest

from reports.alike import Source, available, find_alike

ROOT = Path(__file__).parents[2]
MODULE = "leaderboard.py"
pytestmark = pytest.mark.skipif(not available(), reason="the extra 'alike' is not installed")


def source(owner, text):
    return Source(owner, MODULE, text)


def text_of(name):
    return (ROOT / "tests/submissions/leaderboard/right" / name / MODULE).read_text()


@pytest.fixture
def stubs():
    return {MODULE: (ROOT / "exercises" / MODULE).read_text()}


def test_a_renamed_copy_is_found_and_shown_side_by_side(stubs):
    original = text_of("lua_scripts")
    copy = original.replace("player", "spieler").replace("score", "punkte")
    (pair,) = find_alike(
        [source("ann", original), source("bob", text_of("watch_loops")), source("cem", copy)], stubs
    )
    assert {pair.first, pair.second} == {"ann", "cem"}
    assert "".join(piece.text for piece in pair.first_pieces) == original
    assert any(piece.shared for piece in pair.second_pieces)


def test_the_stub_alone_is_no_copy(stubs):
    assert find_alike([source(n, stubs[MODULE]) for n in "abc"], stubs) == ()
    assert len(find_alike([source(n, stubs[MODULE]) for n in "ab"], {})) == 1


@pytest.mark.parametrize("text", ["", "# only\n" * 60, "\x00 " * 500, "'\"( " * 500, '"""' + "a " * 60])
def test_what_is_no_python_stops_nothing(stubs, text):
    good = text_of("lua_scripts")
    pairs = find_alike([source("x", text), source("a", good), source("b", good)], stubs)
    assert {(pair.first, pair.second) for pair in pairs} == {("a", "b")}
