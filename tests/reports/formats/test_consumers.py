"""Each format as its platform reads it: by its own program where one can be had, else by its rules."""

import base64
import json
import re
import subprocess
import sys
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import jsonschema
import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from grader.assignment import Shown, VisibilityRule
from grader.codec import from_json
from grader.results import Adjustment, Outcome, Results
from reports.formats.context import Context
from reports.formats.table import FORMATS
from reports.visibility import Visibility

spec = spec_from_file_location("made_results", Path(__file__).with_name("made_results.py"))
made = module_from_spec(spec)
spec.loader.exec_module(made)

PLATFORM = {
    "CLASSROOM": "valkey-f26",
    "ASSIGNMENT": "cache",
    "ASSIGNMENT_TYPE": "group",
    "OWNER": "alice",
    "SUBMISSION_TAG": "submit/2026-11-22T10-00-00Z-a1b2c3d",
    "COMMIT_URL": "https://example.org/commit/a1",
    "RELEASE_URL": "https://example.org/releases/tag/s",
}
TIME = r"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"
TEXT = {"type": "string", "minLength": 1}
WHOLE = {"type": "integer", "minimum": 0}
CLASSROOM50 = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit"),
        *("release", "review", "datetime", "score", "max-score", "tests"),
    ],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        "assignment_type": {"enum": ["individual", "group"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": {"type": "string", "pattern": TIME},
        "score": WHOLE,
        "max-score": WHOLE,
        **dict.fromkeys(("classroom", "assignment", "owner", "commit", "release", "review"), TEXT),
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": TEXT,
                    "passed": {"type": "boolean"},
                    "score": WHOLE,
                    "max-score": WHOLE,
                },
            },
        },
    },
}
ALL_RESULTS = pytest.mark.parametrize("results", [made.graded(), made.ungraded(), made.perfect()])
# Points as scoring gives them where 40 points are shared by checks of unequal size.
UNEVEN = (7.017544, 7.017544, 10.526316, 3.508772, 3.508772, 8.421052)


def _document(name, results, context=None):
    return json.loads(FORMATS[name](results, context or Context(platform=PLATFORM)))


def _classroom(results):
    return json.loads(base64.b64decode(FORMATS["classroom"](results, Context())))


@pytest.mark.parametrize(
    "results",
    [
        made.graded(),
        made.perfect(),
        made.graded(UNEVEN),
        made.graded((0.5, 2, 2, 2, 1, 0.25)),
        replace(made.perfect(), score=7.5, adjustments=(Adjustment("late", -2.5, "A day late."),)),
        replace(made.graded(), score=12.0, adjustments=(Adjustment("override", 9.0, "By hand."),)),
        replace(made.perfect(), score=11.0),
    ],
)
def test_the_reporters_table_and_its_notice_agree(results):
    document = _classroom(results)
    tests = document["tests"]
    passed = sum(test["status"] == "pass" for test in tests)
    table = passed / len(tests) * document["max_score"]
    notice = sum(test["score"] for test in tests)
    assert table == pytest.approx(notice)
    # Rounded to whole units, of which there are at least a hundred or they are exact.
    assert notice == pytest.approx(min(results.score, results.max_score), abs=results.max_score / 200)
    assert document["status"] == ("pass" if passed == len(tests) else "fail")


@ALL_RESULTS
def test_the_reporter_finds_every_field_on_one_line(results):
    for test in _classroom(results)["tests"]:
        assert {"name", "status", "score", "message", "test_code", "line_no"} == set(test)
        assert test["status"] in {"pass", "fail", "error"}
        assert "\n" not in test["name"] + (test["message"] or "")
        assert "##[" not in test["name"]


def test_the_reporter_awards_nothing_of_nothing_to_what_was_not_graded():
    document = _classroom(made.ungraded())
    assert (document["status"], document["max_score"], len(document["tests"])) == ("error", 0, 1)


@ALL_RESULTS
def test_classroom50_accepts_the_result(results):
    document = _document("classroom50", results)
    jsonschema.validate(document, CLASSROOM50)
    assert document["owner"] == "alice"
    for part in (document, *document["tests"]):
        assert type(part["score"]) is type(part["max-score"]) is int
        assert part["score"] <= part["max-score"]


def test_classroom50_gets_whole_points_that_keep_the_weights():
    document = _document("classroom50", made.graded(UNEVEN))
    assert document["max-score"] == 5000  # hundredths of a point
    assert sum(test["max-score"] for test in document["tests"]) == document["max-score"]
    assert document["score"] == sum(test["score"] for test in document["tests"])
    assert document["score"] == pytest.approx(100 * (UNEVEN[0] + UNEVEN[5]), abs=1)


def test_classroom50_has_one_maximum_for_a_class():
    late = replace(made.graded(UNEVEN), score=9.37)
    whole = made.graded((5, 10, 10, 5, 5, 5))
    assert {_document("classroom50", one)["max-score"] for one in (late, whole)} == {5000}
    assert _document("classroom50", late)["score"] == 937


def test_classroom50_reads_a_result_that_was_written_outside_of_it():
    jsonschema.validate(_document("classroom50", made.graded(), Context()), CLASSROOM50)


TOP = {"score", "execution_time", "output", "output_format", "test_output_format", "test_name_format"}
TOP |= {"visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"}
TEST = {"score", "max_score", "status", "name", "name_format", "number", "output", "output_format"}
TEST |= {"tags", "visibility", "extra_data"}


@ALL_RESULTS
def test_gradescope_knows_every_key(results):
    document = _document("gradescope", results)
    assert set(document) <= TOP
    for test in document.get("tests", []):
        assert set(test) <= TEST
        assert test["status"] in {"passed", "failed"}
        assert test["visibility"] in {"visible", "hidden", "after_due_date", "after_published"}
        assert re.fullmatch(r"\d+\.\d+", test["number"])


def test_gradescope_hides_what_the_rules_hide():
    rules = (
        VisibilityRule("cache_manager.*", Shown.AFTER_DUE_DATE),
        VisibilityRule("leaderboard", Shown.HIDDEN),
    )
    document = _document("gradescope", made.graded(), Context(Visibility(rules)))
    assert {test["visibility"] for test in document["tests"][:-1]} == {"after_due_date"}
    assert document["tests"][-1]["visibility"] == "hidden"


def test_gradescope_gets_no_score_for_what_was_not_graded():
    assert not {"score", "tests"} & set(_document("gradescope", made.ungraded()))


@ALL_RESULTS
def test_prairielearn_gets_a_share_and_points_for_all_tests(results):
    document = _document("prairielearn", results)
    assert document["gradable"] is (results.score is not None)
    if document["gradable"]:
        assert 0 <= document["score"] <= 1
        assert document["score"] == pytest.approx(results.score / results.max_score)
        assert all({"name", "points", "max_points"} <= set(test) for test in document["tests"])
    else:
        assert "score" not in document


@ALL_RESULTS
def test_markus_gets_one_object_on_each_line(results):
    lines = FORMATS["markus"](results, Context()).splitlines()
    tests = [json.loads(line) for line in lines]
    assert {frozenset(test) for test in tests} == {
        frozenset({"name", "output", "marks_earned", "marks_total", "status", "time"})
    }
    assert {test["status"] for test in tests} <= {"pass", "fail", "partial", "error"}
    assert sum(test["marks_earned"] for test in tests) == pytest.approx(results.score or 0)


@ALL_RESULTS
def test_exercism_gets_a_status_for_every_test_and_a_message_for_what_failed(results):
    document = _document("exercism", results)
    assert document["version"] == 3
    assert (document["status"] == "error") == (results.score is None) == (not document["tests"])
    assert document["status"] != "error" or document["message"]
    for test in document["tests"]:
        assert test["status"] in {"pass", "fail", "error"}
        assert test["status"] == "pass" or test["message"]
        assert len(test.get("output", "")) <= 500


RENDER = """
import json, sys
from check50.renderer import to_ansi, to_html, to_json
document = json.load(sys.stdin)
results = document.get("results") or []
print(to_ansi(document["slug"], results, document["version"], _log=True))
print(to_html(document["slug"], results, document["version"]))
to_json(document["slug"], results, document["version"])
"""


@pytest.mark.parametrize("results", [made.graded(), made.perfect()])
def test_check50_renders_the_results_itself(results):
    written = FORMATS["check50"](results, Context())
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RENDER],
        input=written,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first = results.exercises[0]
    assert done.stdout.count(":) Sentence") == 2 * sum(c.outcome is Outcome.PASSED for c in first.checks)
    assert done.stdout.count(":( Sentence") == 2 * sum(
        c.outcome in {Outcome.FAILED, Outcome.ERRORED, Outcome.TIMED_OUT} for c in first.checks
    )
    assert "<script>" not in done.stdout.partition("<!DOCTYPE")[2]


def test_check50_gets_an_error_instead_of_results():
    document = _document("check50", made.ungraded())
    assert "results" not in document
    assert document["error"]["value"].startswith("This submission could not be graded")


def test_junitparser_counts_what_the_results_count():
    xml = JUnitXml.fromstring(FORMATS["junit"](made.graded(), Context()).encode())
    suites = {suite.name: suite for suite in xml}
    cases = list(suites["cache_manager"])
    kinds = [[type(result) for result in case.result] for case in cases]
    assert kinds == [[], [Failure], [Error], [Failure], [Skipped], []]
    first = suites["cache_manager"]
    assert (first.tests, first.failures, first.errors, first.skipped) == (6, 2, 1, 1)
    assert all(case.classname == "cache_manager" and case.time == 0.25 for case in cases)
    assert suites["leaderboard"].skipped == 1


def test_junitparser_reads_an_error_where_there_is_no_score():
    xml = JUnitXml.fromstring(FORMATS["junit"](made.ungraded(), Context()).encode())
    (suite,) = xml
    (case,) = suite
    assert [type(result) for result in case.result] == [Error]


# Of the xunit schema: elements, the attributes that each may have, and those that it must have.
XUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "errors", "disabled"}, set()),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
        {"name", "tests"},
    ),
    "testcase": ({"name", "classname", "time", "assertions", "status", "group", "url"}, {"name"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message", "type"}, set()),
}


@ALL_RESULTS
def test_junit_keeps_the_xunit_schemas_rules(results):
    root = JUnitXml.fromstring(FORMATS["junit"](results, Context()).encode())._elem
    for element in root.iter():
        allowed, needed = XUNIT[element.tag]
        assert needed <= set(element.attrib) <= allowed
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(names) == len(set(names))


def test_gitlab_counts_two_checks_with_one_title():
    results = made.graded()
    checks = tuple(replace(check, title="The same.") for check in results.exercises[0].checks)
    twins = replace(results, exercises=(replace(results.exercises[0], checks=checks),))
    root = JUnitXml.fromstring(FORMATS["junit"](twins, Context()).encode())._elem
    assert len({case.get("name") for case in root.iter("testcase")}) == len(checks)


def test_json_is_read_back_as_the_same_results():
    assert from_json(FORMATS["json"](made.graded(), Context()), Results) == made.graded()


COMMAND = re.compile(r"::(?P<kind>error|notice|warning) (?P<properties>[^:]*)::(?P<message>.*)")


@ALL_RESULTS
def test_github_gets_ten_annotations_at_most_and_nothing_but_annotations(results):
    many = replace(
        results.exercises[0],
        checks=tuple(
            replace(
                made.check(n, Outcome.ERRORED),
                evidence=replace(
                    made.check(n, Outcome.ERRORED).evidence, error=_error_at(n, "a:b,c\n::error::x.py")
                ),
            )
            for n in range(30)
        ),
    )
    text = FORMATS["github-annotations"](
        replace(results, exercises=(many,)), Context(platform={"GRADER_FOLDER": "exercises"})
    )
    commands = [COMMAND.fullmatch(line) for line in text.splitlines()]
    assert all(commands)
    assert len(commands) == (1 if results.score is None else 10)
    errors = [command["properties"] for command in commands if command["kind"] == "error"]
    assert all(one.startswith("file=exercises/a%3Ab%2Cc\\n%3A%3Aerror") for one in errors)


def _error_at(line, file):
    error = made.check(1, Outcome.ERRORED).evidence.error
    return replace(error, frames=(replace(error.frames[0], file=file, line=line),))


@ALL_RESULTS
def test_github_outputs_are_names_and_plain_values(results):
    text = FORMATS["github-outputs"](results, Context())
    values = dict(line.split("=", 1) for line in text.splitlines())
    assert set(values) == {"status", "score", "max-score", "passed", "checks"}
    assert values["score"] == ("" if results.score is None else str(int(results.score)))
    assert re.fullmatch(r"[a-z_0-9.]*", "".join(values.values()))


@pytest.mark.parametrize("name", ["github", "markdown"])
def test_markdown_never_leaves_its_fences(name):
    text = FORMATS[name](made.graded(), Context())
    fence = None
    for line in text.splitlines():
        opened = re.match(r"(`{3,})", line)
        if fence is None and opened:
            fence = opened[1]
        elif fence and line == fence:
            fence = None
        elif fence is None:
            assert "<script" not in line
            assert "@everyone" not in line
    assert fence is None
