"""The submission's modules, imported afresh for each actor."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox.inside import worker_modules
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


def in_a_process(tmp_path, code, sources):
    """What a process prints that loads modules of a submission, one after the other, as actors do."""
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source)
    begin = "from worker_modules import Modules\nimport sys\n"
    begin += f"modules = Modules({str(tmp_path)!r}, dict(sys.modules))\n"
    inside = Path(worker_modules.__file__).parent
    done = subprocess.run(
        [sys.executable, "-B", "-c", begin + code], check=True, capture_output=True, text=True, cwd=inside
    )
    return done.stdout.split()


TWICE = """
for salt in (1, 2):
    modules.forget()
    print(modules.load("cart.py", salt).seen())
"""


def test_a_module_that_puts_an_object_in_its_place_is_new_each_time(tmp_path):
    source = """
import sys
class Module:
    times = 0
    def seen(self):
        self.times += 1
        return self.times
sys.modules[__name__] = Module()
"""
    assert in_a_process(tmp_path, TWICE, {"cart": source}) == ["1", "1"]


def test_a_module_made_by_hand_is_forgotten(tmp_path):
    source = """
import sys, types
def seen():
    known = "registry" in sys.modules
    sys.modules["registry"] = types.ModuleType("registry")
    return known
"""
    assert in_a_process(tmp_path, TWICE, {"cart": source}) == ["False", "False"]


def test_a_module_may_have_any_attribute(tmp_path):
    helper = "def __getattr__(name):\n    globals()[name] = 7\n    return 7\n"
    source = "from helper import tea\ndef seen(): return tea\n"
    assert in_a_process(tmp_path, TWICE, {"cart": source, "helper": helper}) == ["7", "7"]


def test_only_who_uses_it_is_given_a_hash_of_its_own(tmp_path):
    using = "def seen(): return hash('tea')\n"
    first, second = in_a_process(tmp_path, TWICE, {"cart": using})
    assert first != second
    plain = "def seen(): return [name for name in globals() if name == 'hash']\n"
    assert in_a_process(tmp_path, TWICE, {"cart": plain}) == ["[]", "[]"]


def test_a_helper_may_be_called_as_what_the_worker_imports(tmp_path):
    sources = {"cart": "from numbers import seen\n", "numbers": "def seen(): return 7\n"}
    assert in_a_process(tmp_path, f"import decimal\n{TWICE}", sources) == ["7", "7"]
