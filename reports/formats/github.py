"""GitHub Actions: a job's summary, annotations at the student's own lines, and outputs."""

from collections.abc import Iterable

from grader.results import CheckResult, Frame, Outcome, Results
from reports.formats.context import Context
from reports.formats.markdown import within
from reports.formats.markup import log_line
from reports.formats.wording import is_graded, number, score_line, summary, why_not_graded
from reports.shares import shares

# A summary above 1,024 KiB is dropped whole.
SUMMARY_BYTES = 1_000_000
# GitHub shows ten annotations of a kind for each step; one is kept for the score.
ERRORS_AT_MOST = 9
# In the platform's environment: where the submission lies in its repository; our workflow sets it.
FOLDER = "GRADER_FOLDER"


def write_summary(results: Results, context: Context) -> str:
    """Markdown to append to the file that GITHUB_STEP_SUMMARY names."""
    return within(results, context, SUMMARY_BYTES)


def write_annotations(results: Results, context: Context) -> str:
    """Workflow commands to print: the score, and an error at each of the student's lines that failed."""
    if not is_graded(results):
        return f"::warning title=Not graded::{_data(why_not_graded(results))}\n"
    places: dict[tuple[str, int], list[CheckResult]] = {}
    for share in shares(results):
        frame = _frame(share.check)
        if frame and share.check.outcome is not Outcome.PASSED:
            places.setdefault((frame.file, frame.line), []).append(share.check)
    score = f"::notice title=Score::{_data(score_line(results))}"
    errors = [_error(place, checks, _folder(context)) for place, checks in places.items()]
    return "\n".join([score, *errors[:ERRORS_AT_MOST]]) + "\n"


def write_outputs(results: Results, _context: Context) -> str:
    """Lines to append to the file that GITHUB_OUTPUT names: numbers and fixed words, no student text."""
    graded = is_graded(results)
    values = {
        "status": str(results.status),
        "score": number(results.score or 0.0) if graded else "",
        "max-score": number(results.max_score),
        "passed": str(sum(one.check.outcome is Outcome.PASSED for one in shares(results))),
        "checks": str(len(shares(results))),
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _folder(context: Context) -> str:
    folder = context.platform.get(FOLDER, "").strip("/")
    return "" if folder == "." else folder


def _frame(check: CheckResult) -> Frame | None:
    """The innermost of the student's own lines that is known for a check."""
    error = check.evidence.error
    frames = error.frames if error and error.frames else check.evidence.stack
    return frames[-1] if frames else None


def _error(place: tuple[str, int], checks: Iterable[CheckResult], folder: str) -> str:
    file, number_of_line = place
    path = f"{folder}/{file}" if folder else file
    told = [f"{check.title} {summary(check)}".strip() for check in checks]
    title = "A check failed here" if len(told) == 1 else f"{len(told)} checks failed here"
    where = f"file={_property(path)},line={number_of_line},title={_property(title)}"
    return f"::error {where}::{_data(chr(10).join(log_line(one) for one in told[:5]))}"


def _data(text: str) -> str:
    """A command's message: its line breaks are written, not made."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(log_line(text)).replace(":", "%3A").replace(",", "%2C")
