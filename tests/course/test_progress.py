"""What is said while a class is graded: plain lines in a log, a bar in a terminal."""

import io

from rich.console import Console

from grader.course.progress import Bar, Lines


class Clock:
    def __init__(self):
        self.time = 0.0

    def __call__(self):
        return self.time


def test_a_name_moves_no_cursor_and_begins_no_line():
    said, clock = [], Clock()
    lines = Lines(said.append, clock)
    lines.begin(2, 0)
    lines.finished("a\n::error::\x1b[2J\u202e", "No\nzip.")
    clock.time = 20
    lines.slowest("b\n::error::", 6)
    assert said[1] == "a\ufffd::error::\ufffd[2J\ufffd: No\ufffdzip."
    assert "slowest now: b\ufffd::error:: (6 s)" in said[2]


def test_lines_tell_problems_at_once_and_counts_now_and_then():
    said, clock = [], Clock()
    lines = Lines(said.append, clock)
    lines.begin(4, 2)
    clock.time = 4
    lines.finished("ann", "")
    lines.finished("bob", "It's no zip.")
    clock.time = 10
    lines.slowest("cem", 6)
    clock.time = 12
    lines.finished("cem", "")
    lines.finished("dora", "")
    lines.end()
    assert said == [
        "Grading 4 submissions (2 unchanged).",
        "bob: It's no zip.",
        "2/4 graded, 12 a minute, 10 s left, slowest now: cem (6 s)",
        "4/4 graded, 20 a minute",
    ]


def test_the_bar_counts_and_keeps_problems_readable():
    text = io.StringIO()
    bar = Bar(Console(file=text, force_terminal=True, width=120))
    bar.begin(2, 1)
    bar.slowest("[bold]ann", 3)
    bar.finished("ann", "[red]broken")
    bar.finished("bob", "")
    bar.end()
    shown = text.getvalue()
    assert "1 unchanged" in shown
    assert "ann: [red]broken" in shown
    assert "2/2" in shown
    assert "slowest: [bold]ann, 3 s" in shown
