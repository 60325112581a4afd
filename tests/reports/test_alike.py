"""Copies are found, stubs don't count, strangers aren't accused."""

import os
import subprocess
import sys
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


def test_the_same_is_found_in_each_process():
    ask = (
        "from pathlib import Path; from reports.alike import Source, find_alike\n"
        "text = Path('solutions/cache_manager.py').read_text()\n"
        "other = text.replace('json', 'orjson').replace('def touch', 'def prod').replace('left', 'rest')\n"
        "print(find_alike([Source('a', 'm.py', text), Source('b', 'm.py', other)], {}))"
    )
    said = {
        subprocess.check_output(
            [sys.executable, "-c", ask], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
    assert b"shared=True" in said.pop()
