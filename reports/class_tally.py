"""Counts outcomes over a class while results go by one at a time; holds numbers, never results."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from grader.results import CheckResult, Outcome, Results
from reports.visible import line

SENTENCE = 200  # characters of a failure's sentence
NAMES = 12  # of students named with a sentence; the others are counted
FEW = 3  # results, below which a correlation says nothing


@dataclass
class CheckTally:
    """One check over the class."""

    id: str
    title: str
    objective: str
    points: float
    exercise: str  # its title
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    sentences: Counter[str] = field(default_factory=Counter)
    names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    # Sums of the rest of the score, of all and of those who passed: enough for the correlation.
    rest: float = 0.0
    rest_squared: float = 0.0
    rest_passed: float = 0.0

    @property
    def graded(self) -> int:
        """How many had the check run, or skipped by their own fault."""
        return self.outcomes.total() - self.outcomes[Outcome.GRADER_ERROR]

    @property
    def passed_share(self) -> float | None:
        """The share that passed, from 0 to 1; None where nobody was graded."""
        return self.outcomes[Outcome.PASSED] / self.graded if self.graded else None

    @property
    def discrimination(self) -> float | None:
        """The point-biserial correlation of passing with the rest of the score; None where undefined."""
        count, passed = self.graded, self.outcomes[Outcome.PASSED]
        if count < FEW or passed in (0, count):
            return None
        mean = self.rest / count
        variance = self.rest_squared / count - mean**2
        if variance <= mean**2 * 1e-12 or variance <= 0:
            return None
        share = passed / count
        failed_mean = (self.rest - self.rest_passed) / (count - passed)
        return (
            (self.rest_passed / passed - failed_mean) / math.sqrt(variance) * math.sqrt(share * (1 - share))
        )

    def add(self, check: CheckResult, rest: float, name: str) -> None:
        """Counts one student's outcome; ``rest`` is their score without this check."""
        self.outcomes[check.outcome] += 1
        if check.outcome is Outcome.GRADER_ERROR:
            return
        self.rest += rest
        self.rest_squared += rest**2
        if check.outcome is Outcome.PASSED:
            self.rest_passed += rest
            return
        sentence = line(failure(check), SENTENCE)
        self.sentences[sentence] += 1
        if len(self.names[sentence]) < NAMES:
            self.names[sentence].append(name)


def failure(check: CheckResult) -> str:
    """What went wrong in a check that didn't pass, in a sentence."""
    if check.message:
        return check.message
    if check.evidence.error:
        return f"{check.evidence.error.type}: {check.evidence.error.message}"
    if check.outcome is Outcome.SKIPPED:
        return f"Skipped: {check.skipped_because}" if check.skipped_because else "Skipped."
    return {Outcome.TIMED_OUT: "No answer in time.", Outcome.ERRORED: "It raised an error."}.get(
        check.outcome, "A wrong answer."
    )


@dataclass
class Tally:
    """All checks over the class, in the order in which they first appear."""

    checks: dict[str, CheckTally] = field(default_factory=dict)
    results: int = 0

    def add(self, results: Results, name: str) -> None:
        """Counts one student's results under the name that reports use."""
        self.results += 1
        total = sum(check.score for exercise in results.exercises for check in exercise.checks)
        for exercise in results.exercises:
            for check in exercise.checks:
                tally = self.checks.get(check.id)
                if tally is None:
                    tally = CheckTally(check.id, check.title, check.objective, check.points, exercise.title)
                    self.checks[check.id] = tally
                tally.add(check, total - check.score, name)


@dataclass(frozen=True)
class ObjectiveShare:
    """A learning objective over the class: checks passed of checks graded."""

    id: str
    checks: int
    passed: int
    graded: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.passed / self.graded if self.graded else 0.0


def objectives(tally: Tally) -> list[ObjectiveShare]:
    """Each objective's share, the weakest first."""
    groups: dict[str, list[CheckTally]] = defaultdict(list)
    for check in tally.checks.values():
        groups[check.objective].append(check)
    shares = [
        ObjectiveShare(
            objective,
            len(checks),
            sum(check.outcomes[Outcome.PASSED] for check in checks),
            sum(check.graded for check in checks),
        )
        for objective, checks in groups.items()
    ]
    return sorted((share for share in shares if share.graded), key=lambda share: share.share)
