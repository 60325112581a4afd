"""Real gradings, in every format: no line of a hidden suite or of a solution is in any of them."""

import base64
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from grader.grade import grade
from grader.results import Outcome, Status
from grader.settings import Settings
from reports.formats.context import Context
from reports.formats.table import FORMATS

ROOT = Path(__file__).parents[2]
spec = spec_from_file_location("secret_lines", Path(__file__).with_name("secret_lines.py"))
secrets = module_from_spec(spec)
spec.loader.exec_module(secrets)
# Everything fails in it, each in its own way: wrong, raising, and a module that isn't there.
FAULTY = {
    "cache_manager.py": "class CacheManager:\n    def __init__(self, *a, **k): pass\n"
    "    def __getattr__(self, name): return lambda *a, **k: 'wrong'\n",
    "shopping_cart.py": "class ShoppingCart:\n    def __init__(self, *a, **k): raise KeyError('broken')\n",
}


@pytest.fixture(scope="module")
def gradings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    for name, text in FAULTY.items():
        (folder / name).write_text(text)
    paths = {"stubs": ROOT / "exercises", "solutions": ROOT / "solutions", "faulty": folder}
    return {name: grade(path, Settings(seed=3)) for name, path in paths.items()}


def test_the_stubs_score_nothing_and_the_solutions_everything(gradings):
    assert {results.status for results in gradings.values()} == {Status.GRADED}
    assert gradings["stubs"].score == 0
    assert gradings["solutions"].score == gradings["solutions"].max_score
    kinds = {check.outcome for exercise in gradings["faulty"].exercises for check in exercise.checks}
    assert {Outcome.FAILED, Outcome.ERRORED, Outcome.SKIPPED} <= kinds


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_format_holds_a_hidden_line(gradings, name):
    secret = secrets.lines_of(ROOT)
    assert len(secret) > 100
    for results in gradings.values():
        text = FORMATS[name](results, Context())
        if name == "classroom":
            text = base64.b64decode(text).decode()
        for form in (text, _unescaped(text)):
            assert not [line for line in secret if line in form]


def _unescaped(text):
    """The text as JSON and HTML give it back."""
    text = text.replace('\\"', '"').replace("\\\\", "\\")
    return text.replace("&#34;", '"').replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">")
