"""Every format by name: what ``--format NAME=PATH`` may say."""

from collections.abc import Callable

from grader.results import Results
from reports.formats import (
    check50,
    classroom,
    classroom50,
    exercism,
    github,
    gradescope,
    junit,
    markdown,
    markus,
    prairielearn,
    results_json,
    scorecard_html,
)
from reports.formats.context import Context
from reports.visibility import as_student_sees

Format = Callable[[Results, Context], str]


def _shown(write: Format) -> Format:
    """The format of what a student may see, and of nothing else."""

    def write_shown(results: Results, context: Context) -> str:
        return write(as_student_sees(results, context.visibility, context.now), context)

    return write_shown


# Each is a pure function: results and what the platform gives in, the file's text out.
FORMATS: dict[str, Format] = {
    "github": _shown(github.write_summary),
    "github-annotations": _shown(github.write_annotations),
    "github-outputs": _shown(github.write_outputs),
    "classroom": _shown(classroom.write),
    "classroom50": _shown(classroom50.write),
    "gradescope": gradescope.write,  # its platform hides checks itself, by the same rules
    "prairielearn": _shown(prairielearn.write),
    "markus": _shown(markus.write),
    "exercism": _shown(exercism.write),
    "check50": _shown(check50.write),
    "junit": _shown(junit.write),
    "json": _shown(results_json.write),
    "html": _shown(scorecard_html.write),
    "markdown": _shown(markdown.write),
}

# These go to the end of a file that the platform made; all others make theirs anew.
APPENDED = frozenset({"github", "github-outputs"})
