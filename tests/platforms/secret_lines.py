"""The lines that no student may ever get: of the hidden suites and of the solutions."""

import ast
import re

SHORTEST = 25  # characters: shorter lines stand in any program
# A line that is one string and nothing else: a hint or a message, which students read by design.
WORDS = re.compile(r"""[a-z_]*=?f?["'].*["'][,)]*""")


def lines_of(root):
    """Stripped lines of code, without those that the exercises publish anyway."""
    public = {
        line.strip()
        for path in (root / "exercises").rglob("*")
        if path.suffix in {".py", ".md"}
        for line in path.read_text().splitlines()
    }
    sources = [*(root / "grader" / "suites").glob("*.py"), *(root / "solutions").glob("*.py")]
    return {line for path in sources for line in _code(path) if len(line) >= SHORTEST and line not in public}


def _code(path):
    """A file's lines but for imports and docstrings: a check's docstring is the title that students read."""
    text = path.read_text()
    shown = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            shown.update(range(node.lineno, node.end_lineno + 1))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            shown.update(range(node.lineno, node.end_lineno + 1))
    lines = [line.strip() for number, line in enumerate(text.splitlines(), 1) if number not in shown]
    return [line for line in lines if not WORDS.fullmatch(line)]
