"""What every format says in the same words: numbers, outcomes, and why there is no score."""

from grader.results import CheckResult, Outcome, Results, Status, Value
from reports.visible import block, line

OUTCOMES = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERRORED: "raised an error",
    Outcome.TIMED_OUT: "took too long",
    Outcome.SKIPPED: "not run",
    Outcome.GRADER_ERROR: "the grader failed",
}
COMMANDS_SHOWN = 20


def number(value: float) -> str:
    """Points with at most two decimals and no idle zeros: 3, 0.5, 12.25."""
    return f"{value + 0.0:.2f}".rstrip("0").rstrip(".")


def score_line(results: Results) -> str:
    """Score and maximum in words, or that there is none."""
    if results.status is Status.NOT_GRADED or results.score is None:
        return "Not graded"
    return f"{number(results.score)} of {number(results.max_score)} points"


def why_not_graded(results: Results) -> str:
    """One sentence or two for a submission without a score: what happened, and that nothing was charged."""
    reason = line(results.reason) or "The grader failed."
    return f"This submission could not be graded, and no points were taken off. {reason}"


def is_graded(results: Results) -> bool:
    """Whether there is a score."""
    return results.status is Status.GRADED and results.score is not None


def summary(check: CheckResult) -> str:
    """One line on why a check didn't pass, '' where nothing may be said."""
    if check.skipped_because:
        return line(f"Not run: {check.skipped_because}")
    if check.message:
        return line(check.message)
    if check.evidence.error:
        return line(f"{check.evidence.error.type}: {check.evidence.error.message}")
    return ""


def explanation(check: CheckResult, limit: int = 4000) -> str:
    """Several plain lines on a check that didn't pass: what was expected and seen, the hint, the evidence."""
    parts = [summary(check), *_values(check), *_guidance(check), *_error(check), *_evidence(check)]
    return block("\n".join(part for part in parts if part), limit)


def _values(check: CheckResult) -> list[str]:
    pairs = (("Expected", check.expected), ("Seen", check.seen))
    return [f"{name}: {value_line(value)}" for name, value in pairs if value]


def value_line(value: Value) -> str:
    """A value, or the endings of a race, on one line."""
    text = value.text if value.type else value.text.replace("\n\n", " or ").replace("\n", "; ")
    return line(text, 500)


def _guidance(check: CheckResult) -> list[str]:
    hint = f"Hint: {line(check.hint, 500)}" if check.hint else ""
    guide = f"Read in the guide: {line(check.guide)}" if check.guide else ""
    return [hint, guide]


def _error(check: CheckResult) -> list[str]:
    error = check.evidence.error
    if error is None:
        return []
    frames = [f"  {line(one.file)}, line {one.line}, in {line(one.function)}" for one in error.frames[-5:]]
    return [f"Your code raised {line(error.type)}: {line(error.message, 500)}", *frames]


def _evidence(check: CheckResult) -> list[str]:
    evidence = check.evidence
    call = f"The call: {line(evidence.call, 500)}" if evidence.call else ""
    waiting = f"When time ran out: {line(evidence.waiting_for)}" if evidence.waiting_for else ""
    return [call, waiting, *_commands(check), *_race(check), *_output(check)]


def _commands(check: CheckResult) -> list[str]:
    commands = check.evidence.commands[:COMMANDS_SHOWN]
    if not commands:
        return []
    left_out = len(check.evidence.commands) - len(commands) + check.evidence.commands_left_out
    sent = [f"  {one.actor}: {line(one.text, 200)} -> {line(one.reply, 100)}" for one in commands]
    return ["Commands sent to Valkey:", *sent, *([f"  and {left_out} more"] if left_out else [])]


def _race(check: CheckResult) -> list[str]:
    schedule, crash = check.evidence.schedule, check.evidence.crash
    steps = schedule.steps[:40] if schedule else ()
    told = [f"  {one.actor} {one.kind}: {line(one.text, 200)}{'  <-' if one.wrong else ''}" for one in steps]
    race = ["In this order:", *told, line(schedule.verdict)] if schedule else []
    died = [f"The process was killed after: {line(crash.command, 200)}"] if crash else []
    return race + died


def _output(check: CheckResult) -> list[str]:
    output = block(check.evidence.output, 1000).strip()
    return [f"Your output:\n{output}"] if output else []
