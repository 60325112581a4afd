"""A class as a plain view model, from which the page is drawn: rows, checks, objectives, pairs."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from grader.results import Outcome
from reports.alike import PAIRS, Pair
from reports.class_groups import Group, groups, strays
from reports.class_row import Row
from reports.class_tally import NAMES, CheckTally, ObjectiveShare, Tally, objectives
from reports.visible import line

BINS = 10
SENTENCES = 3  # of the commonest failures of a check
WEAK = 0.15  # a discrimination below this says little about who knows the subject
PER_CENT = 100
TEACH = 3  # objectives to teach again
TEACH_BELOW = 0.8  # share passed
MISSED = 3  # checks that are named with an objective


@dataclass(frozen=True)
class Bin:
    """One bar of the distribution."""

    label: str  # "60 to 70 %"
    count: int
    height: float  # from 0 to 100, of the tallest


@dataclass(frozen=True)
class Failure:
    """A failure sentence of a check: how many it hit, and whom."""

    sentence: str
    count: int
    names: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class CheckView:
    """One check over the class."""

    id: str
    title: str
    exercise: str
    objective: str
    percent: int | None  # that passed
    passed: int
    graded: int
    discrimination: str  # "0.42"; '' where undefined
    marks: tuple[str, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True)
class Missed:
    """A check that many failed."""

    id: str
    title: str
    failed: int
    graded: int


@dataclass(frozen=True)
class Teach:
    """A learning objective to teach again, and the checks that show why."""

    title: str
    percent: int  # of its checks passed
    missed: tuple[Missed, ...]


@dataclass(frozen=True)
class ClassReport:
    """Everything on the page."""

    title: str
    about: tuple[str, ...]  # sentences: how it was graded
    facts: tuple[tuple[str, str], ...]
    bins: tuple[Bin, ...]
    distribution: str  # the picture in a sentence
    exercises: tuple[tuple[str, str], ...]  # id, title
    rows: tuple[Row, ...]
    checks: tuple[CheckView, ...]
    objectives: tuple[ObjectiveShare, ...]
    teach: tuple[Teach, ...]
    groups: tuple[Group, ...]
    pairs: tuple[Pair, ...]
    compared: bool  # whether copies were looked for
    most_pairs: int  # that are ever shown
    links: dict[str, str]  # of scorecards, by name


@dataclass(frozen=True)
class Material:
    """What the report is made from."""

    title: str
    rows: tuple[Row, ...]
    tally: Tally
    exercises: tuple[tuple[str, str], ...]
    pairs: tuple[Pair, ...] | None = None  # None: not looked for
    titles: dict[str, str] | None = None  # of objectives, by id
    about: tuple[str, ...] = ()  # sentences: how it was graded
    left_alone: tuple[str, ...] = ()  # names of files that are no submissions
    lost: tuple[tuple[str, str], ...] = ()  # overrides for nobody: the name in it, and why it was made


def build(material: Material) -> ClassReport:
    """The report's view model."""
    rows = tuple(sorted(material.rows, key=_place))
    shares = [row.score / row.max_score for row in rows if row.score is not None and row.max_score]
    weak = objectives(material.tally)
    titles = material.titles or {}
    return ClassReport(
        title=line(material.title, 120),
        about=material.about,
        facts=_facts(rows, shares),
        bins=_bins(shares),
        distribution=_distribution(shares),
        exercises=material.exercises,
        rows=rows,
        checks=tuple(_check(check, titles) for check in material.tally.checks.values()),
        objectives=tuple(ObjectiveShare(titles.get(o.id, o.id), o.checks, o.passed, o.graded) for o in weak),
        teach=tuple(_teach(o, material.tally, titles) for o in weak if o.share < TEACH_BELOW)[:TEACH],
        groups=tuple(
            one for one in (*groups(rows), *strays(material.left_alone, material.lost)) if one.items
        ),
        pairs=material.pairs or (),
        compared=material.pairs is not None,
        most_pairs=PAIRS,
        links={row.label: row.link for row in rows if row.link},
    )


def _place(row: Row) -> tuple[bool, str, str, str]:
    """Where a row stands before anybody sorts the table: who isn't on the roster comes last."""
    return not row.on_roster, row.section, row.name.casefold(), row.identifier


def _teach(objective: ObjectiveShare, tally: Tally, titles: dict[str, str]) -> Teach:
    """The objective with its checks that most failed."""
    own = [check for check in tally.checks.values() if check.objective == objective.id and check.graded]
    weakest = sorted(own, key=lambda check: check.passed_share or 0.0)[:MISSED]
    missed = [Missed(c.id, line(c.title), c.graded - c.outcomes[Outcome.PASSED], c.graded) for c in weakest]
    return Teach(
        titles.get(objective.id, objective.id),
        round(objective.share * PER_CENT),
        tuple(one for one in missed if one.failed),
    )


def _facts(rows: Sequence[Row], shares: Sequence[float]) -> tuple[tuple[str, str], ...]:
    handed_in = sum(bool(row.submission) for row in rows)
    facts = [("Students", str(len(rows))), ("Handed in", str(handed_in)), ("Graded", str(len(shares)))]
    if shares:
        facts += [
            ("Mean", _percent(statistics.fmean(shares))),
            ("Median", _percent(statistics.median(shares))),
        ]
    if len(shares) > 1:
        facts.append(("Standard deviation", f"{statistics.pstdev(shares) * PER_CENT:.1f} points of 100"))
    return tuple(facts)


def _percent(share: float) -> str:
    return f"{share * PER_CENT:.1f} %"


def _bins(shares: Sequence[float]) -> tuple[Bin, ...]:
    """Tenths of the maximum; full marks and more are in the last."""
    counts = [0] * BINS
    for share in shares:
        counts[max(0, min(int(share * BINS + 1e-9), BINS - 1))] += 1
    tallest = max(counts) or 1
    width = PER_CENT // BINS
    return tuple(
        Bin(f"{n * width} to {(n + 1) * width} %", count, round(count / tallest * PER_CENT, 1))
        for n, count in enumerate(counts)
    )


def _distribution(shares: Sequence[float]) -> str:
    if not shares:
        return "Nobody has a score yet."
    quarters = statistics.quantiles(shares, n=4, method="inclusive") if len(shares) > 1 else [shares[0]] * 3
    return (
        f"Scores of {len(shares)} students, from {_percent(min(shares))} to {_percent(max(shares))}; "
        f"the middle half lies between {_percent(quarters[0])} and {_percent(quarters[2])}."
    )


def _check(check: CheckTally, titles: dict[str, str]) -> CheckView:
    share = check.passed_share
    strength = check.discrimination
    commonest = check.sentences.most_common(SENTENCES)
    return CheckView(
        id=check.id,
        title=line(check.title),
        exercise=check.exercise,
        objective=titles.get(check.objective, check.objective),
        percent=None if share is None else round(share * PER_CENT),
        passed=check.outcomes[Outcome.PASSED],
        graded=check.graded,
        discrimination="" if strength is None else f"{strength:.2f}",
        marks=tuple(_marks(check, strength)),
        failures=tuple(_failure(check, sentence, count) for sentence, count in commonest),
    )


def _marks(check: CheckTally, strength: float | None) -> list[str]:
    """What is odd about a check."""
    marks = []
    if check.graded and check.passed_share == 0:
        marks.append("nobody passes")
    if check.graded and check.passed_share == 1:
        marks.append("everybody passes")
    if strength is not None and strength < 0:
        marks.append("the better fail it")
    elif strength is not None and strength < WEAK:
        marks.append("says little")
    if count := check.outcomes[Outcome.TIMED_OUT]:
        marks.append(f"{count} timed out")
    if count := check.outcomes[Outcome.GRADER_ERROR]:
        marks.append(f"{count} grader errors")
    return marks


def _failure(check: CheckTally, sentence: str, count: int) -> Failure:
    names = check.names[sentence][:NAMES]
    return Failure(sentence, count, tuple(names), count - len(names))
