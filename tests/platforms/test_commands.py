"""The commands around handing in, run as the command line runs them."""

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.codec import to_json
from grader.commands import gradescope_run, gradescope_zip, sign, starter, verify
from grader.errors import UsageError
from grader.grade import grade
from grader.gradescope import Options
from grader.settings import Settings
from grader.signing import SIGNING_KEY, VERIFY_KEY, new_keys

ROOT = Path(__file__).parents[2]
spec = spec_from_file_location("made_results", ROOT / "tests/reports/formats/made_results.py")
made = module_from_spec(spec)
spec.loader.exec_module(made)
PRIVATE, PUBLIC = new_keys()


def call(command, *words, **environment):
    return CliRunner().invoke(command, [str(word) for word in words], env=environment)


@pytest.fixture
def results(tmp_path):
    path = tmp_path / "results.json"
    path.write_bytes(to_json(made.graded()))
    return path


def test_sign_then_verify(results):
    assert call(sign.command, results, **{SIGNING_KEY: PRIVATE}).exit_code == 0
    done = call(verify.command, results, **{VERIFY_KEY: PUBLIC})
    assert (done.exit_code, "signature is right" in done.output) == (0, True)
    document = json.loads(results.read_text())
    results.write_text(json.dumps(document | {"score": 20}))
    done = call(verify.command, results, **{VERIFY_KEY: PUBLIC})
    assert (done.exit_code, "signature is wrong" in done.output) == (1, True)


def test_unsigned_results_are_not_verified(results):
    done = call(verify.command, results, **{VERIFY_KEY: PUBLIC})
    assert (done.exit_code, "not signed" in done.output) == (1, True)


def test_results_that_are_none_are_not_graded_again(tmp_path):
    path = tmp_path / "results.json"
    path.write_text('{"format_version": 1}')
    done = call(verify.command, path, "--regrade", ROOT / "exercises", **{VERIFY_KEY: PUBLIC})
    assert isinstance(done.exception, UsageError)
    assert "can't be read as results" in str(done.exception)


@pytest.mark.parametrize(
    ("command", "out"), [(starter.command, "/proc/none"), (gradescope_zip.command, "/proc/none/a.zip")]
)
def test_what_can_not_be_written_is_wrong_usage(command, out):
    done = call(command, out)
    assert isinstance(done.exception, UsageError)
    assert "can't be written" in str(done.exception)


def test_new_keys_can_be_used_as_they_are_printed(results):
    printed = call(sign.command, "--new-key").output
    keys = dict(line.split("=", 1) for line in printed.splitlines() if not line.startswith("#"))
    assert set(keys) == {SIGNING_KEY, VERIFY_KEY}
    assert call(sign.command, results, **keys).exit_code == 0
    assert call(verify.command, results, **keys).exit_code == 0


def test_sign_needs_results():
    done = call(sign.command)
    assert isinstance(done.exception, UsageError)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The stubs, graded for real and signed."""
    path = tmp_path_factory.mktemp("graded") / "results.json"
    settings = Settings(seed=5, exercises=("shopping_cart",))  # one of them is enough here
    path.write_bytes(to_json(grade(ROOT / "exercises", settings)))
    assert call(sign.command, path, **{SIGNING_KEY: PRIVATE}).exit_code == 0
    return path


def test_grading_again_gives_the_same_outcome(graded):
    done = call(verify.command, graded, "--regrade", ROOT / "exercises", **{VERIFY_KEY: PUBLIC})
    assert done.exit_code == 0, done.output
    assert "the outcome is the same" in done.output


def test_grading_something_else_names_what_differs(graded):
    done = call(verify.command, graded, "--regrade", ROOT / "solutions", **{VERIFY_KEY: PUBLIC})
    assert done.exit_code == 1
    assert "The submission is not what was graded." in done.output
    assert "was recorded, passed came out." in done.output


@pytest.fixture
def cart_alone(tmp_path):
    """Settings with one exercise; test_secrets.py grades stubs and solutions of all."""
    off = "".join(
        f'[[exercises]]\nid = "{one}"\nenabled = false\n' for one in ("cache_manager", "leaderboard")
    )
    path = tmp_path / "assignment.toml"
    path.write_text(off)
    return path


def test_the_starter_is_verified(tmp_path, cart_alone):
    done = call(starter.command, tmp_path / "out", "--verify", "--assignment", cart_alone)
    assert done.exit_code == 0, (done.output, done.exception)
    assert "the stubs score 0 and the solutions 30" in done.output


def test_a_starter_whose_stubs_pass_is_refused(tmp_path, cart_alone):
    solved = ("--exercises", _solved(tmp_path), "--assignment", cart_alone)
    done = call(starter.command, tmp_path / "out", "--verify", *solved)
    assert done.exit_code != 0
    assert "The stubs score 30.0, not 0." in str(done.exception)


def _solved(folder):
    solved = folder / "solved"
    solved.mkdir()
    for path in (ROOT / "solutions").glob("*.py"):
        (solved / path.name).write_bytes(path.read_bytes())
    return solved


def test_gradescope_zip_is_written(tmp_path):
    done = call(gradescope_zip.command, tmp_path / "autograder.zip", "--attempts", 3)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "autograder.zip").stat().st_size > 10_000


@pytest.fixture
def autograder(tmp_path):
    """Gradescope's /autograder with the stubs handed in."""
    for name in ("source", "results", "submission"):
        (tmp_path / name).mkdir()
    stub = ROOT / "exercises" / "shopping_cart.py"
    (tmp_path / "submission" / stub.name).write_bytes(stub.read_bytes())
    (tmp_path / "source" / "options.json").write_bytes(to_json(Options(attempts=1)))
    (tmp_path / "submission_metadata.json").write_text(
        json.dumps(
            {"created_at": "2026-11-22T14:22:32.365935-08:00", "users": [{"name": "Ann"}], "assignment": {}}
        )
    )
    return tmp_path


def test_gradescope_gets_results(autograder):
    done = call(gradescope_run.command, autograder)
    assert done.exit_code == 0, (done.output, done.exception)
    assert "Ann, attempt 1: 0 of 100 points" in done.output
    document = json.loads((autograder / "results" / "results.json").read_text())
    assert document["score"] == 0
    assert document["tests"]


def test_gradescope_keeps_the_score_when_the_attempts_are_used_up(autograder):
    metadata = json.loads((autograder / "submission_metadata.json").read_text())
    metadata["previous_submissions"] = [{"submission_time": "2026-11-21T14:00:00-08:00", "score": 33.0}]
    (autograder / "submission_metadata.json").write_text(json.dumps(metadata))
    assert call(gradescope_run.command, autograder).exit_code == 0
    assert json.loads((autograder / "results" / "results.json").read_text())["score"] == 33.0


def test_gradescope_says_why_it_can_not_read_what_was_handed_in(autograder):
    for path in (autograder / "submission").iterdir():
        path.unlink()
    assert call(gradescope_run.command, autograder).exit_code == 0
    document = json.loads((autograder / "results" / "results.json").read_text())
    assert document["score"] == 0
    assert "cache_manager.py" in document["output"]
