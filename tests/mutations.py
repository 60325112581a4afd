"""Changes that Cosmic Ray doesn't make: a statement or a keyword left out, a script of the server's changed.

Each change is one splice of the source's text: a mistake that a student makes by forgetting something.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

STATEMENTS = ast.Expr | ast.Assign | ast.AugAssign | ast.Raise | ast.Return | ast.Delete | ast.If | ast.With
SCRIPT = re.compile(r"\b(redis|server)\.p?call\b")
LINE = re.compile(r"^[ \t]*(?!if|for|while|repeat|until|else|end|function|--)\w.*[^\"\n]$", re.MULTILINE)
IF = re.compile(r"\bif (.+?) then\b")
NUMBER = re.compile(r"(?<![\w.'\[])\d+(?![\w.'\]])")  # but not in KEYS[1]
# In a script, each of these becomes each of the others in its row.
WORDS = (
    ("==", "~="),
    ("<=", "<", ">=", ">"),
    (" and ", " or "),
    (" + ", " - "),
    ("true", "false"),
    ("KEYS[1]", "KEYS[2]"),
    ("ARGV[1]", "ARGV[2]"),
    ("'NX'", "'XX'"),
    ("'PX'", "'EX'"),
    ("tonumber(", "tostring("),
)


@dataclass(frozen=True)
class Change:
    """One change of a source."""

    name: str  # "LeaveOutReturn"
    source: str  # the whole of it, afterwards


def changes_of(source: str) -> Iterator[Change]:
    """Every change of a Python source, in the order of its text as far as one kind goes."""
    text = source.encode()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def splice(node: ast.expr | ast.stmt, becomes: str) -> str:
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        return (text[:begin] + becomes.encode() + text[end:]).decode()

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, STATEMENTS) and not _is_docstring(node):
            yield Change(f"LeaveOut{type(node).__name__}", splice(node, "pass"))
        elif isinstance(node, ast.Call):
            for number, keyword in enumerate(node.keywords):
                rest = node.keywords[:number] + node.keywords[number + 1 :]
                shorter = ast.Call(node.func, node.args, rest)
                yield Change(f"LeaveOutKeyword_{keyword.arg}", splice(node, ast.unparse(shorter)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and SCRIPT.search(node.value):
            written = ast.get_source_segment(source, node) or ""
            for name, changed in changes_of_script(written):
                yield Change(name, splice(node, changed))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def changes_of_script(script: str) -> Iterator[tuple[str, str]]:
    """Every change of a Lua script, each with its name; the script may stand between quotes."""
    for name, found, becomes in _changes_in(script):
        before, after = script[: found.start()], script[found.end() :]
        if "--" not in before.rpartition("\n")[2]:  # what follows is a comment
            yield f"Script{name}", before + becomes + after


def _changes_in(script: str) -> Iterator[tuple[str, re.Match[str], str]]:
    for found in LINE.finditer(script):
        yield "LeaveOutLine", found, ""
    for found in IF.finditer(script):
        yield from (("If", found, f"if {always} then") for always in ("true", "false"))
    for found in NUMBER.finditer(script):
        yield from (("Number", found, str(int(found.group()) + more)) for more in (1, -1))
    for row in WORDS:
        for found in re.finditer("|".join(map(re.escape, row)), script):
            yield from (("Word", found, other) for other in row if other != found.group())
