"""Writing down: whatever text a student's code gives, whole files or none, and one selector for all."""

import functools
import os
import socket

import pytest

from grader.codec import DecodeError, from_json, to_json, to_line
from grader.errors import GraderError
from grader.files import write_atomically
from grader.interleave.actor import read_answer
from grader.interleave.calls import Raised
from grader.loop import Loop
from grader.results import KeyState, Value
from grader.sandbox.inside.worker_wire import WireError


def error(**more):
    plain = {"type": "T", "message": "m", "bases": [], "frames": [["m.py", 3, "f"]], "module": "mine"}
    return {"id": "x", "error": plain | more}


def test_half_a_surrogate_pair_is_written_out():
    answer = read_answer(error(type="T\ud800", message="a\udfffb", frames=[["m\ud800.py", 1, "f\udc80"]]))
    assert isinstance(answer, Raised)
    assert answer.message == "a\\udfffb"
    assert b"ud800" in to_line(answer)
    assert to_json(answer.frames[0])


@pytest.mark.parametrize(
    "wrong",
    [
        {"error": None},
        {"error": []},
        {"error": {}},
        error(frames=[[1]]),
        error(frames=[["a", "b", "c"]]),
        error(frames=3),
        error(bases=None),
        error(type=["T"]),
        error(frames=[["m.py", float("inf"), "f"]]),
        error(frames=[["m.py", 10**30, "f"]]),
        error(frames=[["m.py", -1, "f"]]),
        "an answer",
        None,
        {"value": {"$callable": 1}},
        {"value": {"$decimal": [0, [1], 999_999_999]}},
        {"value": functools.reduce(lambda inner, _: {"$dict": [[1, inner]]}, range(400), 1)},
        {"value": {"$nothing": 1}},
        {"value": {"$opaque": []}},
    ],
)
def test_an_answer_that_is_none_is_a_wire_error(wrong):
    with pytest.raises(WireError):
        read_answer(wrong)


def test_json_there_and_back():
    value = KeyState("k\n\x00é🍵", "string", 1.5)
    assert from_json(to_json(value), KeyState) == value
    assert to_json(value).endswith(b"}\n")
    assert to_line(value).count(b"\n") == 1
    with pytest.raises(DecodeError):
        from_json(b'{"text": 3}', Value)
    with pytest.raises(DecodeError):
        from_json(b"\xff", Value)


def test_a_file_is_written_whole(tmp_path):
    path = tmp_path / "a.json"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_a_file_that_can_not_be_written_is_our_own_error(tmp_path):
    with pytest.raises(GraderError, match="can't be written"):
        write_atomically(tmp_path / "none" / "a", b"")
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(GraderError, match="can't be written"):
        write_atomically(folder, b"")
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_the_loop_serves_who_is_ready_and_nobody_who_was_forgotten():
    one, other = socket.socketpair()
    served = []
    with Loop() as loop, one, other:
        loop.watch(one, lambda: (served.append("one"), one.recv(9), loop.forget(other)))
        loop.watch(other, lambda: served.append("other"))
        assert loop.turn(0) is False
        one.sendall(b"x")
        other.sendall(b"x")
        assert loop.turn(1) is True
        assert served in (["one"], ["other", "one"])
        assert loop.turn(0) is False


def test_a_pipe_may_be_watched_too():
    source, sink = os.pipe()
    seen = []
    with Loop() as loop:
        loop.watch(source, lambda: seen.append(os.read(source, 9)))
        os.write(sink, b"hello")
        loop.turn(1)
        loop.forget(source)
    os.close(source)
    os.close(sink)
    assert seen == [b"hello"]
