"""The scorecard at a prompt, and progress while it is made."""

import io
import os
import pty
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from grader.results import Outcome
from reports.terminal import Look, Progress, render

from .samples import (
    SAMPLES,
    WRONG_TTL,
    changed,
    hopeless,
    hostile,
    not_graded,
    passed_checks,
    together,
    typical,
)

ESCAPE = "\x1b"


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal_but_for_commands(name, width):
    text = render(SAMPLES[name](), Look(width, colour=False))
    wide = [
        line
        for line in text.split("\n")
        if cell_len(line) > width and not line.lstrip().startswith("$ grade ")
    ]
    assert wide == []


def test_without_colour_there_is_no_control_sequence():
    for sample in SAMPLES.values():
        text = render(sample(), Look(80, colour=False))
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_with_colour_the_words_are_the_same():
    coloured = render(typical(), Look(80, colour=True))
    assert ESCAPE in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    plain = render(typical(), Look(80, colour=False))
    assert [line.rstrip() for line in bare.split("\n")] == plain.split("\n")


def test_hostile_text_sends_only_our_own_colours():
    text = render(hostile(), Look(80, colour=True))
    assert re.findall(r"\x1b(?!\[[0-9;]*m)", text) == []
    assert "\u202e" not in text
    assert "\\x1b[31mred" in render(hostile(), Look(80, colour=False))
    assert "[bold]rich[/bold]" in render(hostile(), Look(200, colour=False))


def test_a_command_is_never_broken():
    text = render(typical(), Look(40, colour=False))
    assert "      $ grade my-solution --check cache_manager.no_key_without_expiry --seed 20261124\n" in text


def test_a_check_alone_is_shown_with_all_its_commands():
    trips = typical().exercises[0].checks[9]
    alone = together((trips,))
    text = render(alone, Look(80, colour=False))
    assert all(f'GET "cache:product:{number:03}"' in text for number in range(1, 61))
    assert 'GET "cache:product:030"' not in render(typical(), Look(80, colour=False))


def test_a_passed_check_alone_shows_its_commands_too():
    wrong = typical().exercises[0].checks[7]
    text = render(together((replace(wrong, outcome=Outcome.PASSED, score=4),)), Look(80, colour=False))
    assert "✓ passed  Setting" in text
    assert "The one check passed." in text
    assert " points" not in text
    assert 'SET "cache:k" "\\"new\\"" KEEPTTL' in text


def test_what_was_not_graded_shows_no_score():
    text = render(not_graded(), Look(80, colour=False))
    assert "No score" in text
    assert "nothing was charged" in " ".join(text.split())
    assert not re.search(r"of \d+ point", text)


def test_a_narrow_diagram_is_a_list_that_names_the_caller():
    race = next(check for check in typical().exercises[1].checks if check.evidence.schedule)
    text = render(together((race,)), Look(50, colour=False))
    assert re.search(r"▶7\s+A sends ZADD", text)


def test_of_many_failed_checks_only_the_first_to_look_at_is_shown_in_full():
    results = typical()
    text = render(results, Look(80, colour=False), page="graded/my-solution/scorecard.html")
    assert text.count("What your code sent to Valkey") <= 1
    failed = [
        check for exercise in results.exercises for check in exercise.checks if check.score < check.points
    ]
    shown = [check for check in failed if f"--check {check.id} " in text]
    assert shown
    assert all(check.title[:30] in text for check in shown)
    assert text.split("\n")[-5:-2] == [
        "48 of 100 points",
        "Scorecard: graded/my-solution/scorecard.html",
        "To grade it again:",
    ]


def test_sixty_failed_checks_of_one_mistake_are_a_few_lines():
    mistake = hopeless().exercises[0].checks[0]
    same = {part: getattr(mistake, part) for part in ("outcome", "score", "message", "evidence")}
    text = render(together(changed({check.id: same for check in passed_checks()})), Look(80, colour=False))
    assert len(text.split("\n")) < 95
    assert "more checks were stopped by the same error as" in " ".join(text.split())


def test_piped_progress_is_a_plain_line_for_each_check():
    stream = io.StringIO()
    with Progress(stream, width=80, colour=True) as progress:
        for check in changed({"cache_manager.overwrite_replaces_ttl": WRONG_TTL})[6:8]:
            progress.add(check)
    assert stream.getvalue() == (
        "passed           cache_manager.refuses_bad_ttl\n"
        "wrong answer     cache_manager.overwrite_replaces_ttl\n"
    )


def read_all(terminal):
    """All that was written to a terminal whose other end is closed."""
    shown = b""
    try:
        while part := os.read(terminal, 1 << 16):
            shown += part
    except OSError:  # Linux says so where there is no more
        pass
    finally:
        os.close(terminal)
    return shown.decode()


def test_live_progress_counts_on_one_line_and_goes_away():
    parent, child = pty.openpty()
    with os.fdopen(child, "w") as stream, Progress(stream, width=80, colour=False) as progress:
        for check in passed_checks()[:3]:
            progress.add(check)
    shown = read_all(parent)
    assert "3 checks done, 3 passed" in shown
    # What is left is an erased line and a cursor that can be seen again.
    assert shown.endswith(("\x1b[2K", "\x1b[?25h"))
    assert shown.rindex("\x1b[2K") > shown.rindex("3 checks done")


def test_progress_in_german():
    stream = io.StringIO()
    with Progress(stream, width=80, colour=False, language="de") as progress:
        progress.add(passed_checks()[0])
    assert stream.getvalue().startswith("bestanden")


def test_a_command_names_the_submission_as_it_was_typed():
    text = render(typical(), Look(80, colour=False), typed="my work/week 3")
    assert "$ grade 'my work/week 3' --seed" in text
    assert "$ grade 'my work/week 3' --check" in text
