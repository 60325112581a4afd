"""The submission's modules, imported afresh for each actor."""

import pytest

from grader.sandbox.inside.worker_modules import Loader


def compiled(source, path="/box/submission/cart.py"):
    return Loader("cart", path).source_to_code(source, path)


def test_a_source_is_compiled_once():
    code = compiled(b"sugar = 1\n")
    assert compiled(b"sugar = 1\n") is code
    assert compiled(b"sugar = 2\n") is not code
    assert compiled(b"sugar = 1\n", "/box/submission/other.py").co_filename.endswith("other.py")


def test_what_a_source_warns_of_is_said_each_time():
    for _ in range(2):
        with pytest.warns(SyntaxWarning, match="is"):
            compiled(b"tea = 1 is 1\n")


def test_what_is_no_python_raises_each_time():
    for _ in range(2):
        with pytest.raises(SyntaxError):
            compiled(b"def tea(:\n")
