"""Whatever a student's code does to itself is told in a sentence, and costs only the checks it touches."""

import re
from dataclasses import replace

import pytest

from grader.assignment import DEFAULT
from grader.results import Outcome, Status

BOUNDS = replace(DEFAULT.bounds, call_seconds=1.0, script_seconds=0.3, memory_mib=128, output_kib=4)

SUITE = '''


@one()
def test_fine_before(it):
    """It is fine."""
    expect(it.fine()).to_equal(1)

@one()
def test_trouble(it):
    """It is not."""
    expect(it.trouble()).to_equal(1)

@one()
def test_fine_after(it):
    """It is fine again."""
    expect(it.fine()).to_equal(1)
'''

MODULE = """
import ctypes, os, signal, sys, threading, time

class It:
    def __init__(self, client): self.client = client
    def fine(self):
        assert self.client.dbsize() == 0
        self.client.set("k", 1)
        return int(self.client.get("k"))
    def trouble(self):
{body}
"""

TROUBLES = {
    "an endless loop": ("while True: pass", Outcome.TIMED_OUT, r"it\.trouble\(\) did not return within 1 s"),
    "a lock that is never freed": (
        "threading.Lock().acquire(); lock = threading.Lock(); lock.acquire(); lock.acquire()",
        Outcome.TIMED_OUT,
        r"it\.trouble\(\) did not return within 1 s",
    ),
    "sleeping again and again": (
        "while True: time.sleep(1000)",
        Outcome.TIMED_OUT,
        r"it\.trouble\(\) did not return within 1 s",
    ),
    "os._exit": (
        "os._exit(3)",
        Outcome.ERRORED,
        r"ended its own process during it\.trouble\(\), .* status 3",
    ),
    "sys.exit": ("sys.exit(0)", Outcome.ERRORED, r"it\.trouble\(\) raised SystemExit: 0"),
    "a segmentation fault": (
        "ctypes.string_at(0)",
        Outcome.ERRORED,
        r"crashed during it\.trouble\(\).*SIGSEGV",
    ),
    "kill -9 of itself": (
        "os.kill(os.getpid(), signal.SIGKILL)",
        Outcome.ERRORED,
        r"was killed during it\.trouble\(\)",
    ),
    "a real-time signal": (
        "os.kill(os.getpid(), 40)",
        Outcome.ERRORED,
        r"crashed during it\.trouble\(\) \(signal 40\)",
    ),
    "sleeping for ages": (
        "time.sleep(1e12)",
        Outcome.TIMED_OUT,
        r"it\.trouble\(\) did not return within 1 s",
    ),
    "an exception that lies": (
        """meta = type('M', (type,), {'__mro__': property(lambda cls: 1 / 0)})
        raise meta('E', (Exception,), {})()""",
        Outcome.ERRORED,
        r"it\.trouble\(\) raised BaseException: .* where it is looked at",
    ),
    "recursion": ("return self.trouble()", Outcome.ERRORED, r"it\.trouble\(\) raised RecursionError"),
    "memory": (
        "block = bytearray(1 << 30); return len(block)",
        Outcome.ERRORED,
        r"it\.trouble\(\) (raised MemoryError|used more than 128 MiB)",
    ),
    "a fork that answers too": (
        "pid = os.fork(); pid and os.waitpid(pid, 0); return 1",
        Outcome.ERRORED,
        r"broke the protocol during it\.trouble\(\)|answered more often",
    ),
    "a stub": ("raise NotImplementedError", Outcome.ERRORED, r"it\.trouble\(\) is not written yet"),
    "a wrong signature": ("return self.fine(1, 2)", Outcome.ERRORED, r"raised TypeError: .*positional"),
    "an endless script": (
        "self.client.eval('while true do end', 0)",
        Outcome.ERRORED,
        r"it\.trouble\(\) raised ResponseError: .*killed",
    ),
    "an endless script that wrote": (
        "self.client.eval('redis.call(\\'SET\\', \\'k\\', 1) while true do end', 0)",
        Outcome.TIMED_OUT,
        r"it\.trouble\(\) kept Valkey busy for too long with EVAL",
    ),
    "a flood of output": (
        "print('x' * 100_000, flush=True); return 2",
        Outcome.FAILED,
        r"The answer is wrong",
    ),
    "half a surrogate pair": ("raise ValueError('\\ud800')", Outcome.ERRORED, r"raised ValueError: \\ud800"),
    "a number of a million digits": ("return 1 << 4_000_000", Outcome.FAILED, r"The answer is wrong"),
    "a number that can't be compared": (
        "import decimal; return decimal.Decimal('sNaN')",
        Outcome.FAILED,
        r"The answer is wrong",
    ),
    "a generator": ("return (n for n in [1])", Outcome.FAILED, r"The answer is wrong"),
    "a blocked pop without end": (
        "self.client.blpop('nothing')",
        Outcome.TIMED_OUT,
        r"it\.trouble\(\) did not return within 1 s",
    ),
    "a map with an array for a key": (
        "self.client.execute_command('HELLO', 3); return self.client.eval('return {map={[{1}]=1}}', 0)",
        Outcome.ERRORED,
        r"it\.trouble\(\) raised",
    ),
}


def check_of(results, name):
    return next(c for e in results.exercises for c in e.checks if c.id.endswith(f".{name}"))


def grade_body(grader, body, **more):
    lines = "\n".join(f"        {line.strip()}" for line in re.split(r"[;\n]", body))
    grader.write("mine", SUITE, MODULE.format(body=lines))
    return grader.grade(bounds=BOUNDS, **more)


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_is_told_and_the_next_check_is_fine(grader, name):
    body, outcome, sentence = TROUBLES[name]
    results = grade_body(grader, body)
    assert results.status is Status.GRADED, results.reason
    check = check_of(results, "trouble")
    assert check.outcome is outcome
    assert re.search(sentence, check.message), check.message
    assert check.score == 0
    assert check_of(results, "fine_before").outcome is Outcome.PASSED
    assert check_of(results, "fine_after").outcome is Outcome.PASSED
    if outcome is Outcome.TIMED_OUT and "Valkey" not in check.message:
        frames = check.evidence.stack
        assert [frame.function for frame in frames] == ["trouble"]
        assert frames[0].file == "mine.py"
        assert frames[0].source
    assert len(check.evidence.output) <= 4096


LEFT_RUNNING = {
    "while true do end": Outcome.FAILED,  # it can be killed
    "redis.call('SET', 'k', 1) while true do end": Outcome.TIMED_OUT,  # it can't: the server is replaced
}


@pytest.mark.parametrize("script", LEFT_RUNNING)
def test_a_script_that_is_left_running_costs_its_check_alone(grader, script):
    suite = SUITE.replace("(it):", "(lab, it):").replace(
        "expect(it.trouble()).to_equal(1)",
        "it.trouble.begin()\n    waiting = lab.stage.relay.waiting\n"
        "    lab.stage.run(lambda: any(link.flight[-1].name == 'EVAL' for link in waiting()))\n"
        "    expect(1).to_equal(2)",
    )
    grader.write("mine", suite, MODULE.format(body=f'        self.client.eval("{script}", 0)'))
    results = grader.grade(bounds=BOUNDS)
    assert results.status is Status.GRADED, results.reason
    assert check_of(results, "trouble").outcome is LEFT_RUNNING[script]
    assert check_of(results, "fine_after").outcome is Outcome.PASSED


@pytest.mark.parametrize("name", ["an endless loop", "os._exit", "a fork that answers too", "memory"])
@pytest.mark.parametrize("sandbox", ["none", "bubblewrap"])
def test_trouble_with_and_without_walls(grader, name, sandbox):
    body, outcome, _ = TROUBLES[name]
    results = grade_body(grader, body, sandbox=sandbox)
    assert results.run.isolated is (sandbox != "none")
    assert check_of(results, "trouble").outcome is outcome
    assert check_of(results, "fine_after").outcome is Outcome.PASSED


MODULES = {
    "a syntax error": ("class It(:\n    pass\n", r"mine\.py can't be imported: SyntaxError"),
    "an import error": (
        "import nothing_like_it\n",
        r"ModuleNotFoundError: No module named 'nothing_like_it'",
    ),
    "sys.exit at import": ("import sys\nsys.exit(0)\n", r"mine\.py can't be imported: SystemExit: 0"),
    "os._exit at import": ("import os\nos._exit(0)\n", r"ended its own process during import mine"),
    "an endless import": ("while True: pass\n", r"import mine did not return within 1 s"),
    "no class": ("class Other: pass\n", r"mine\.py has no class It"),
    "a class that isn't one": ("It = 3\n", r"mine\.py has no class It"),
    "an empty file": ("", r"mine\.py has no class It"),
    "null bytes": ("class It: \0", r"mine\.py"),
}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_that_can_not_be_used_costs_its_exercise_alone(grader, name):
    source, sentence = MODULES[name]
    grader.write("mine", SUITE, None)
    (grader.folder / "submission" / "mine.py").write_text(source)
    grader.write("other", SUITE, MODULE.format(body="        return 1"))
    results = grader.grade(("mine", "other"), BOUNDS)
    assert results.status is Status.GRADED, results.reason
    mine, other = results.exercises
    assert re.search(sentence, mine.problem or mine.checks[0].message), (mine.problem, mine.checks[0].message)
    assert {check.outcome for check in mine.checks} <= {Outcome.ERRORED, Outcome.TIMED_OUT, Outcome.SKIPPED}
    assert (mine.score, other.score) == (0, 10)


def test_a_missing_module_skips_its_checks(grader):
    grader.write("mine", SUITE, None)
    grader.write("other", SUITE, MODULE.format(body="        return 1"))
    results = grader.grade(("mine", "other"), BOUNDS)
    mine, other = results.exercises
    assert {check.outcome for check in mine.checks} == {Outcome.SKIPPED}
    assert "mine.py is missing" in mine.problem
    assert other.score == 10
    assert results.submission.missing == ("mine.py",)


def test_three_time_outs_skip_the_rest_of_the_exercise_alone(grader):
    suite = "\n".join(
        f'@one()\ndef test_slow{n}(it):\n    """Slow."""\n    expect(it.trouble()).to_equal(1)\n'
        for n in range(5)
    )
    grader.write("mine", suite, MODULE.format(body="        while True: pass"))
    grader.write("other", suite, MODULE.format(body="        return 1"))
    results = grader.grade(("mine", "other"), replace(BOUNDS, call_seconds=0.5))
    mine, other = results.exercises
    outcomes = [check.outcome for check in mine.checks]
    assert outcomes == [Outcome.TIMED_OUT] * 3 + [Outcome.SKIPPED] * 2
    assert "3 checks of this exercise ran out of time" in mine.checks[4].skipped_because
    assert other.score == 10


def test_a_submission_s_total_time_is_bounded(grader):
    suite = "\n".join(
        f'@one()\ndef test_slow{n}(it):\n    """Slow."""\n    expect(it.trouble()).to_equal(1)\n'
        for n in range(12)
    )
    grader.write("mine", suite, MODULE.format(body="        while True: pass"))
    results = grader.grade(bounds=replace(BOUNDS, total_seconds=2, time_outs=99))
    outcomes = [check.outcome for check in results.exercises[0].checks]
    assert outcomes[0] is Outcome.TIMED_OUT
    assert outcomes[-1] is Outcome.SKIPPED
    assert "used up its 2 seconds" in results.exercises[0].checks[-1].skipped_because


def test_commands_that_are_left_out_keep_their_numbers(grader):
    suite = """
@one()
def test_many(lab, it):
    \"\"\"It sends many.\"\"\"
    lab.advance(1)
    it.trouble()
    lab.advance(2)
    expect(it.fine()).to_equal(2)
"""
    body = "        for n in range(38): self.client.set('k', n)"
    grader.write("mine", suite, MODULE.format(body=body).replace("assert self.client.dbsize() == 0", "pass"))
    evidence = grader.grade().exercises[0].checks[0].evidence
    assert [command.number for command in evidence.commands] == list(range(11, 41))
    assert evidence.commands_left_out == 10
    assert [(step.after_command, step.seconds) for step in evidence.clock] == [(38, 2.0)]
