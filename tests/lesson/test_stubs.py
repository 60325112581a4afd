"""The stubs are what a student starts from: the solutions' methods, and the contract in words."""

import ast
import inspect
from pathlib import Path

import pytest

from grader.assignment import DEFAULT

ROOT = Path(__file__).parents[2]
CLASSES = {exercise.id: exercise.class_name for exercise in DEFAULT.exercises}


def methods(kind):
    return {name: member for name, member in vars(kind).items() if inspect.isfunction(member)}


def public(kind):
    return {name for name in methods(kind) if not name.startswith("_") or name == "__init__"}


@pytest.fixture(params=CLASSES)
def pair(request, load_module):
    """A stub's class and the solution's."""
    stub = load_module(ROOT / "exercises" / f"{request.param}.py")
    solution = load_module(ROOT / "solutions" / f"{request.param}.py")
    return getattr(stub, CLASSES[request.param]), getattr(solution, CLASSES[request.param])


def test_stub_and_solution_have_the_same_methods(pair):
    stub, solution = pair
    assert public(stub) == public(solution)
    for name in public(stub):
        ours, theirs = (inspect.signature(methods(kind)[name]) for kind in pair)
        assert [(p.name, p.default) for p in ours.parameters.values()] == [
            (p.name, p.default) for p in theirs.parameters.values()
        ]


def test_a_stub_has_types_and_words_and_says_that_it_is_not_done(pair):
    stub, _ = pair
    for name, method in methods(stub).items():
        signature = inspect.signature(method)
        kinds = [p.annotation for p in signature.parameters.values() if p.name != "self"]
        assert inspect.Parameter.empty not in [*kinds, signature.return_annotation]
        assert inspect.getdoc(method)
        arguments = [None] * len(signature.parameters)
        with pytest.raises(NotImplementedError, match=rf"^{stub.__name__}\.{name} is still to be written$"):
            method(*arguments)


def test_all_stubs_state_the_same_rules():
    rules = set()
    for name in CLASSES:
        docstring = ast.get_docstring(ast.parse((ROOT / "exercises" / f"{name}.py").read_text()))
        rules.add(docstring[docstring.index("Rules for all exercises") :])
    assert len(rules) == 1
