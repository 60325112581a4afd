"""Changes the solutions in many small ways; the hidden suites must notice each change.

Usage: ``python -m tests.mutants [MODULE ...] [SAMPLE]``, or ``make mutants``. Cosmic Ray and
``tests.mutations`` make the mutants, one change each, of the code outside annotations, scripts included; a
mutant survives where every check passes. Each survivor is either caught by a new check or stands in
``mutants.toml`` with the reason why it meets the contract too. Exit status 1 for a survivor without a
reason, or a reason without a mutant.
"""

import ast
import os
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain, zip_longest
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from grader.grade import grade
from grader.results import Outcome
from grader.settings import Settings
from tests.flaky import sample
from tests.mutations import Change, changes_of

SOLUTIONS = Path("solutions")
REASONS = Path(__file__).with_suffix(".toml")
SEED = 1


@dataclass(frozen=True)
class Mutant:
    """One change of a module."""

    module: str  # "shopping_cart"
    function: str  # "ShoppingCart.add"; '' at the module's own level
    operator: str  # Cosmic Ray's name of the change
    line: str  # the first line that was changed, without its indentation
    becomes: str  # what it is now
    source: str  # the whole module

    def __str__(self) -> str:
        """Where it is and what was changed."""
        return f"{self.module}.{self.function} {self.operator}: {self.line}  ->  {self.becomes}"


@dataclass(frozen=True)
class Reason:
    """Why mutants are as right as the original; ``function``, ``operator`` and ``line`` may be globs.

    An empty ``becomes`` is any.
    """

    module: str
    function: str
    operator: str
    line: str
    reason: str
    becomes: str = ""

    def explains(self, mutant: Mutant) -> bool:
        """Whether it speaks of this mutant."""
        pairs = (
            (mutant.function, self.function),
            (mutant.operator, self.operator),
            (mutant.line, self.line),
        )
        same = all(text == glob or fnmatchcase(text, glob) for text, glob in pairs)
        return self.module == mutant.module and same and self.becomes in {"", mutant.becomes}


class Bare(ast.NodeTransformer):
    """Takes the annotations away: a change in one is no change of behaviour."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Drop what a function gives."""
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Drop an argument's type."""
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        """Drop a variable's type."""
        node.annotation = ast.Constant(None)
        self.generic_visit(node)
        return node


def behaviour(source: str) -> str:
    """What a source does, as text; '' where it is no Python."""
    try:
        return ast.dump(Bare().visit(ast.parse(source)))
    except SyntaxError:
        return ""


def function_at(tree: ast.Module, line: int) -> str:
    """The dotted name of what is defined around a line."""
    names, node = [], tree
    while True:
        inner = [child for child in node.body if isinstance(child, ast.FunctionDef | ast.ClassDef)]
        around = [child for child in inner if child.lineno <= line <= child.end_lineno]
        if not around:
            return ".".join(names)
        node = around[0]
        names.append(node.name)


def cosmic_changes(source: str) -> Iterator[Change]:
    """What Cosmic Ray makes of a source."""
    nodes = list(ast_nodes(get_ast(source)))
    for name in operator_names():
        if get_operator(name).arguments():
            continue  # needs to be told which variable to put where
        operator = get_operator(name)()
        for number in range(sum(len(list(operator.mutation_positions(node))) for node in nodes)):
            changed = mutate_code(source, operator, number)
            if changed is not None:
                yield Change(name.partition("/")[2], changed)


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a module that behaves otherwise, each once."""
    source = path.read_text(encoding="utf-8")
    tree, met = ast.parse(source), {"", behaviour(source)}
    for change in chain(cosmic_changes(source), changes_of(source)):
        if (does := behaviour(change.source)) in met:
            continue
        met.add(does)
        pairs = enumerate(zip_longest(source.splitlines(), change.source.splitlines(), fillvalue=""), 1)
        line, (old, new) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
        where = function_at(tree, line)
        yield Mutant(path.stem, where, change.name, old.strip(), new.strip(), change.source)


def survives(mutant: Mutant) -> bool:
    """Whether the hidden suite of its exercise gives it full marks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "solutions"
        shutil.copytree(SOLUTIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / f"{mutant.module}.py").write_text(mutant.source, encoding="utf-8")
        settings = Settings(SEED, server="embedded", exercises=(mutant.module,), fail_fast=True)
        results = grade(folder, settings)
    if results.reason:
        raise RuntimeError(f"{mutant}: {results.reason}")
    return all(check.outcome is Outcome.PASSED for exercise in results.exercises for check in exercise.checks)


def read_reasons(modules: list[str]) -> list[Reason]:
    """What ``mutants.toml`` says about these modules."""
    table = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    return [reason for entry in table["equivalent"] if (reason := Reason(**entry)).module in modules]


def main(modules: list[str], size: int) -> int:
    """Print the survivors and the counts; gives the exit status."""
    modules = modules or sorted(path.stem for path in SOLUTIONS.glob("*.py"))
    every = [mutant for module in modules for mutant in mutants_of(SOLUTIONS / f"{module}.py")]
    reasons, began = read_reasons(modules), time.monotonic()
    chosen = sample(every, size)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        alive = [mutant for mutant, lives in zip(chosen, pool.map(survives, chosen), strict=True) if lives]
    unexplained = [mutant for mutant in alive if not any(reason.explains(mutant) for reason in reasons)]
    stale = [reason for reason in reasons if not any(reason.explains(mutant) for mutant in every)]
    for mutant in unexplained:
        print(f"SURVIVES {mutant}")
    for reason in stale:
        print(f"A reason without a mutant: {reason}")
    killed, explained = len(chosen) - len(alive), len(alive) - len(unexplained)
    print(
        f"{len(chosen)} of {len(every)} mutants in {time.monotonic() - began:.0f} s: {killed} killed,",
        end=" ",
    )
    print(f"{explained} survive with a reason, {len(unexplained)} without")
    return 1 if unexplained or stale else 0


if __name__ == "__main__":
    words = sys.argv[1:]
    count = int(words.pop()) if words and words[-1].isdigit() else 0
    sys.exit(main(words, count))
