"""What to look at first: the check, the subject or the exercise that could not run, that costs most."""

from collections import defaultdict
from itertools import groupby

from grader.results import CheckResult, ExerciseResult, Results, Step, StepKind
from reports import causes
from reports.checks import Page, anchor, exercise_anchor, guide_link
from reports.view import First, Link
from reports.visible import line

_NEAR = 1e-6  # points; less is the rounding of sums


def find_first(results: Results, page: Page) -> First | None:
    """What costs most, with all that it explains; None where nothing was lost."""
    costs = causes.costs(results, page.causes)
    by_cost = sorted(costs, key=lambda name: -costs[name][0])
    subject = _subject(results, costs)
    dearest = [name for name in by_cost if name in subject] or by_cost[:1]
    simpler, hinted = _simpler(results, costs, dearest), _hinted(results, costs)
    same = not simpler and _sum(costs, hinted) > _sum(costs, dearest) + _NEAR
    chosen = simpler or (hinted if same else dearest)
    top = chosen[0] if chosen else ""
    checks = {check.id: check for exercise in results.exercises for check in exercise.checks}
    if top and _one_after_the_other(checks[top]) and (plain := _plain(checks, chosen, by_cost)):
        same, known = False, plain in chosen
        top, chosen = plain, [plain, *(name for name in chosen if known and name != plain)]
    broken = [one for one in results.exercises if one.problem and _lost(one) > _NEAR]
    worst = max(broken, key=_lost, default=None)
    if worst:
        ahead = _lost(worst) - _sum(costs, chosen)
        # Of two that cost the same, a check that shows a line of the student's own code says more.
        if ahead > _NEAR or (ahead > -_NEAR and not checks[top].evidence.error):
            return _exercise(worst, page)
    if not top:
        return None
    most = costs[top][0] > costs[by_cost[0]][0] - _NEAR
    return _check(checks[top], [costs[name] for name in chosen], page, same=same, dearest=most)


def _one_after_the_other(check: CheckResult) -> bool:
    """Whether a race went wrong with nothing in between: then it goes wrong without a race too."""
    steps = _steps(check)
    order = [step.actor for step in steps if step.kind is StepKind.SENDS]
    return bool(steps) and len(list(groupby(order))) == len(set(order))


def _steps(check: CheckResult) -> tuple[Step, ...]:
    """The steps of a race that went wrong; none for any other check."""
    schedule = check.evidence.schedule
    return schedule.steps if schedule and len(schedule.actors) > 1 else ()


def _plain(checks: dict[str, CheckResult], chosen: list[str], by_cost: list[str]) -> str:
    """The dearest check of one caller, of the same subject if there is one; '' where there is none."""
    exercise = chosen[0].partition(".")[0]
    mine = [name for name in by_cost if name.partition(".")[0] == exercise]
    plain = [name for name in mine if checks[name].evidence.schedule is None]
    return next((name for name in plain if name in chosen), plain[0] if plain else "")


def _sum(costs: dict[str, tuple[float, int]], names: list[str]) -> float:
    """What these checks cost, with all that they explain."""
    return sum(costs[name][0] for name in names)


def _hinted(results: Results, costs: dict[str, tuple[float, int]]) -> list[str]:
    """The checks of one exercise that have the same hint and cost most together: they have one cause."""
    hints: dict[tuple[str, str], list[str]] = defaultdict(list)
    for exercise in results.exercises:
        for check in exercise.checks:
            if check.id in costs and check.hint:
                hints[exercise.id, check.hint].append(check.id)
    return max(hints.values(), key=lambda names: _sum(costs, names), default=[])


def _subject(results: Results, costs: dict[str, tuple[float, int]]) -> list[str]:
    """The checks about one subject, where they cost more together than any mistake that explains others.

    Wrong answers about one thing mostly come from one mistake, though nothing proves it.
    """
    subjects: dict[tuple[str, str], list[str]] = defaultdict(list)
    for exercise in results.exercises:
        for check in exercise.checks:
            if check.id in costs and check.guide and not costs[check.id][1]:
                subjects[exercise.id, check.guide].append(check.id)
    sums = {key: _sum(costs, names) for key, names in subjects.items()}
    largest = max(sums, key=lambda key: sums[key], default=None)
    alone = max((cost for cost, _ in costs.values()), default=0.0)
    return subjects[largest] if largest and sums[largest] > alone + _NEAR else []


def _simpler(results: Results, costs: dict[str, tuple[float, int]], dearest: list[str]) -> list[str]:
    """First the checks of a race between fewer methods, where each of the dearest races those and others.

    If two adds at once go wrong, so does whatever runs beside an add; its own check would mislead.
    """
    for exercise in results.exercises:
        raced = {check.id: _raced(check) for check in exercise.checks if check.id in costs}
        for check in exercise.checks:
            mine = raced.get(check.id)
            beside = [raced.get(name, frozenset()) for name in dearest]
            if mine and all(mine <= one for one in beside) and any(mine < one for one in beside):
                same = [one.id for one in exercise.checks if raced.get(one.id) == mine]
                return list(dict.fromkeys([*same, *dearest]))
    return []


def _raced(check: CheckResult) -> frozenset[str]:
    """The methods that ran beside each other."""
    calls = (step.text.partition("(")[0] for step in _steps(check) if step.kind is StepKind.CALLS)
    return frozenset(call.rpartition(".")[2] for call in calls)


def _lost(exercise: ExerciseResult) -> float:
    """The points that an exercise lost."""
    return exercise.max_score - (exercise.score or 0)


def _exercise(exercise: ExerciseResult, page: Page) -> First:
    """An exercise none of which could run."""
    catalogue = page.drawing.catalogue
    why = catalogue.text("first.exercise", points=catalogue.points(_lost(exercise)))
    return First(
        Link(f"#{exercise_anchor(exercise.id)}", line(catalogue.said(exercise.problem))), "", why, "", None
    )


def _check(
    check: CheckResult, costs: list[tuple[float, int]], page: Page, *, same: bool, dearest: bool
) -> First:
    """Why one check comes first: its own points, and those of the checks that it stands for."""
    catalogue = page.drawing.catalogue
    total, others = sum(cost for cost, _ in costs), costs[0][1]
    if same:  # the others with its hint are explained as well
        others = sum(more for _, more in costs) + len(costs) - 1
    own = catalogue.points(check.points - check.score)
    if len(costs) > 1 and not same:
        subject = catalogue.name("guide", check.guide)
        points = {"points": own, "total": catalogue.points(total), "subject": subject}
        why = catalogue.count("first.subject", len(costs) - 1, **points)
    elif others:
        why = catalogue.count("first.explains", others, points=own, total=catalogue.points(total))
    else:
        why = catalogue.text("first.alone" if dearest else "first.plain", points=own)
    return First(
        link=Link(f"#{anchor(check.id)}", page.titles[check.id]),
        message=page.drawing.said(check.message),
        why=why,
        hint=catalogue.own("hint", check),
        guide=guide_link(check.guide, page),
    )
