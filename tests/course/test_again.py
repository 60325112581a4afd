"""Scoring again and feedback: nothing is run, and nobody sees more than the rules let them."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.assignment_file import parse_assignment
from grader.codec import from_json
from grader.course.again import Changes, score_again
from grader.course.closing import Closing
from grader.course.lock import alone_in
from grader.errors import UsageError
from grader.feedback import write_feedback
from grader.overrides import parse_overrides
from grader.results import Results
from grader.roster import parse_roster

from .fakes import write_submission
from .test_class import gradebook, run_class

NOW = datetime(2026, 11, 22, tzinfo=UTC)
RULES = """
due = 2026-11-30T23:59:00Z
[[visibility]]
checks = "leaderboard.*"
shown = "hidden"
[[visibility]]
checks = "shopping_cart.*"
shown = "after_due_date"
"""


@pytest.fixture
def graded(tmp_path):
    for name, outcomes in (("ann", "PPPF"), ("bob", "FPFF"), ("cem", "PPPP")):
        write_submission(tmp_path / "submissions", name, outcomes)
    run_class(tmp_path / "submissions", tmp_path / "graded")
    return tmp_path / "graded"


def scores(graded):
    return {name: row["Score"] for name, row in gradebook(graded).items()}


def test_other_weights_change_every_score_and_going_back_restores_it(graded):
    before = {path: path.read_bytes() for path in graded.rglob("*") if path.is_file()}
    heavy = parse_assignment(
        '[[exercises]]\nid="cache_manager"\nweight=140\n[points]\n"cache_manager.a"=10', "x"
    )
    score_again(graded, Changes(assignment=heavy), Closing())
    assert scores(graded) == {"ann": "170", "bob": "70", "cem": "200"}
    score_again(graded, Changes(assignment=parse_assignment("", "x")), Closing())
    assert {path: path.read_bytes() for path in graded.rglob("*") if path.is_file()} == before


def test_overrides_and_a_roster_come_later_and_stay(graded):
    overrides = parse_overrides(
        '[[overrides]]\nstudent="bob"\nexercise="leaderboard"\npoints=30\nreason="=Unclear."\nby="me"',
        "o.toml",
    )
    roster = parse_roster("identifier,name\nbob,Bob Bo\nzed,Zed\n", "r.csv")
    score_again(graded, Changes(overrides=overrides, roster=roster), Closing())
    score_again(graded, Changes(), Closing())
    book = gradebook(graded)
    assert (book["bob"]["Score"], book["bob"]["Name"]) == ("40", "Bob Bo")
    assert book["bob"]["Adjustments"] == "override +30: =Unclear."
    assert book[""]["Status"] == "no submission"
    assert "Unclear" in (graded / "class-report.html").read_text()
    assert "Unclear" in (graded / "students/bob/scorecard.html").read_text()


def test_who_is_excused_from_every_exercise_has_no_grade(graded):
    parts = "".join(
        f'[[overrides]]\nstudent="bob"\nexercise="{one}"\nexcused=true\nreason="Ill."\nby="me"\n'
        for one in ("cache_manager", "leaderboard", "shopping_cart")
    )
    score_again(graded, Changes(overrides=parse_overrides(parts, "o.toml")), Closing())
    assert (gradebook(graded)["bob"]["Status"], gradebook(graded)["bob"]["Score"]) == ("excused", "")
    whole = '[[overrides]]\nstudent="bob"\npoints=7\nreason="Told."\nby="me"\n'
    score_again(graded, Changes(overrides=parse_overrides(parts + whole, "o.toml")), Closing())
    assert (gradebook(graded)["bob"]["Status"], gradebook(graded)["bob"]["Score"]) == ("graded", "7")


def test_feedback_holds_what_a_student_may_see_and_nothing_else(graded, tmp_path):
    score_again(graded, Changes(assignment=parse_assignment(RULES, "x")), Closing())
    assert write_feedback(graded, tmp_path / "out", NOW, zipped=False) == 3
    files = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*"))
    assert files == [f"{n}/{f}" for n in ("ann", "bob", "cem") for f in ("results.json", "scorecard.html")]
    for path in (tmp_path / "out").rglob("*.*"):
        text = path.read_text()
        assert "Title of cache_manager.a" in text
        assert "leaderboard.a" not in text
        assert "shopping_cart.a" not in text


def test_after_the_due_date_more_is_shown(graded, tmp_path):
    score_again(graded, Changes(assignment=parse_assignment(RULES, "x")), Closing())
    write_feedback(graded, tmp_path / "out", datetime(2026, 12, 1, tzinfo=UTC), zipped=True)
    with zipfile.ZipFile(tmp_path / "out" / "ann.zip") as archive:
        assert archive.namelist() == ["results.json", "scorecard.html"]
        results = from_json(archive.read("results.json"), Results)
    titles = [check.id for exercise in results.exercises for check in exercise.checks]
    assert "shopping_cart.a" in titles
    assert "leaderboard.a" not in titles
    assert Path(tmp_path / "out").is_dir()


def test_an_override_for_nobody_is_told(graded):
    wrong = '[[overrides]]\nstudent="anne"\nexcused=true\nreason="Ill."\nby="me"'
    closed = score_again(graded, Changes(overrides=parse_overrides(wrong, "o.toml")), Closing())
    assert closed.notes == ("The override for 'anne' is for nobody: no student is called that.",)
    assert "Overrides for nobody" in (graded / "class-report.html").read_text()
    assert scores(graded)["ann"] == "70"


def test_an_exercise_that_nobody_was_graded_on_is_refused(graded):
    more = parse_assignment('[[exercises]]\nid="session_store"\nenabled=true', "x")
    with pytest.raises(UsageError, match="graded without session_store: run 'grader class' again"):
        score_again(graded, Changes(assignment=more), Closing())


def test_a_time_that_a_later_roster_knows_counts(graded):
    late = parse_assignment("due=2026-11-01T00:00:00Z\n[late]\nper_day_percent=10", "x")
    roster = parse_roster(
        "identifier,name,submitted_at\nann,Ann,2026-11-02T12:00:00Z\nbob,Bob,2026-10-31T12:00:00Z\n"
        "cem,Cem,2026-10-31T12:00:00Z\n",
        "r.csv",
    )
    score_again(graded, Changes(assignment=late, roster=roster), Closing())
    assert scores(graded) == {"ann": "56", "bob": "10", "cem": "100"}


def test_scorecards_are_drawn_anew_where_they_look_different(graded):
    score_again(graded, Changes(assignment=parse_assignment('language="de"', "x")), Closing())
    assert 'lang="de"' in (graded / "students/ann/scorecard.html").read_text()
    (graded / "students/ann/scorecard.html").write_text("old")
    score_again(graded, Changes(), Closing(redraw=True))
    assert 'lang="de"' in (graded / "students/ann/scorecard.html").read_text()


def test_who_is_at_work_is_left_alone(graded):
    with alone_in(graded), pytest.raises(UsageError, match="Another command is at work"):
        score_again(graded, Changes(), Closing())
    score_again(graded, Changes(), Closing())
