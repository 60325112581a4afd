"""An instructor's assignment file, laid over the default and checked."""

import dataclasses
import difflib
import fnmatch
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from grader.assignment import DEFAULT, DEFAULT_NAME, Assignment, Exercise
from grader.errors import UsageError
from grader.toml_reader import Document, Place, build, read

PERCENT = 100
MINUTES_OF_A_YEAR = 366 * 24 * 60


Known = Callable[[Assignment], frozenset[str]]  # the ids of an assignment's checks


def load_assignment(path: Path | None, known: Known | None = None) -> Assignment:
    """The assignment of a file, or the default; UsageError says what is wrong in which line.

    With ``known``, a setting about a check that there isn't is wrong too.
    """
    if path is None:
        return DEFAULT
    return parse_assignment(read_text(path), path.name, known)


def read_text(path: Path) -> str:
    """A settings file's text; UsageError where it can't be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} isn't UTF-8 text; save it as UTF-8 and try again.") from None


def parse_assignment(text: str, name: str, known: Known | None = None) -> Assignment:
    """An assignment from the text of a file called ``name``; UsageError as ``load_assignment``."""
    own = read(text, name)
    _check_lists(own)
    default = read((resources.files("grader") / DEFAULT_NAME).read_text(encoding="utf-8"), DEFAULT_NAME)
    merged = _merge(default.plain, own.plain)
    assignment = build(Document(name, merged, _moved_lines(own, merged)), Assignment)
    _check(own, assignment)
    if known is not None:
        _check_named(own, assignment, known(assignment))
    return assignment


def _check_lists(own: Document) -> None:
    """What laying over needs: exercises are tables with an id, each once; points are numbers."""
    exercises = own.plain.get("exercises", [])
    if not isinstance(exercises, list) or not all(isinstance(item, dict) for item in exercises):
        raise own.wrong(("exercises",), "exercises are written as [[exercises]] tables.")
    seen: set[object] = set()
    for index, item in enumerate(exercises):
        if not isinstance(item.get("id"), str):
            raise own.wrong(("exercises", index), 'this exercise lacks its id, such as id = "leaderboard".')
        if item["id"] in seen:
            raise own.wrong(("exercises", index, "id"), f"there are two exercises {item['id']!r}.")
        seen.add(item["id"])
    points = own.plain.get("points", {})
    for key, value in points.items() if isinstance(points, dict) else ():
        if isinstance(value, dict):
            raise own.wrong(("points", key), "a check's id has a dot: write it in quotes.")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise own.wrong(("points", key), f"the points of {key!r} must be a number.")


def _merge(default: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """``own`` laid over ``default``: tables key by key, exercises by id, all else as ``own`` has it."""
    merged = dict(default)
    for key, value in own.items():
        if key == "exercises":
            merged[key] = _merge_exercises(default[key], value)
        elif isinstance(value, dict) and isinstance(default.get(key), dict):
            merged[key] = default[key] | value
        else:
            merged[key] = value
    return merged


def _merge_exercises(default: list[dict[str, Any]], own: list[dict[str, Any]]) -> list[dict[str, Any]]:
    merged = {item["id"]: dict(item) for item in default}
    for item in own:
        merged[item["id"]] = merged.get(item["id"], {}) | item
    return list(merged.values())


def _moved_lines(own: Document, merged: dict[str, Any]) -> dict[Place, int]:
    """The lines of the file, its exercises found where they are after the merge."""
    order = [item["id"] for item in merged["exercises"]]
    moved = {}
    for place, line in own.lines.items():
        if place[0] == "exercises" and len(place) > 1 and isinstance(place[1], int):
            index = order.index(own.plain["exercises"][place[1]]["id"])
            moved["exercises", index, *place[2:]] = line
        else:
            moved[place] = line
    return moved


def _check(own: Document, assignment: Assignment) -> None:
    """What types can't say: ranges, and that something is left to grade."""
    for exercise in assignment.exercises:
        _check_exercise(own, exercise)
    if not any(exercise.enabled for exercise in assignment.exercises):
        raise own.wrong(("exercises",), "every exercise is switched off; enable at least one.")
    if assignment.due and assignment.due.tzinfo is None:
        raise own.wrong(("due",), "due lacks its offset from UTC: write +01:00 or Z after the time.")
    for name, value in dataclasses.asdict(assignment.late).items():
        top = PERCENT if name.endswith("percent") else MINUTES_OF_A_YEAR
        if not 0 <= value <= top:
            raise own.wrong(("late", name), f"late.{name} must be 0 or more and at most {top}.")
    for name, value in dataclasses.asdict(assignment.bounds).items():
        if not 0 < value < float("inf"):
            raise own.wrong(("bounds", name), f"bounds.{name} must be more than 0.")
    for check, points in assignment.points.items():
        if not 0 <= points < float("inf"):
            raise own.wrong(("points", check), f"the points of {check!r} must be 0 or more.")


def _check_named(own: Document, assignment: Assignment, known: frozenset[str]) -> None:
    """What names checks names some that there are."""
    suites = {check.partition(".")[0] for check in known}
    for exercise in assignment.exercises:
        if exercise.enabled and exercise.id not in suites:
            sentence = f"there are no checks for an exercise {exercise.id!r}"
            place = ("exercises", _index(own, exercise), "id")
            raise own.wrong(place, f"{sentence}; there are for {', '.join(sorted(suites))}.")
    for check in own.plain.get("points", {}):
        if check not in known:
            raise own.wrong(("points", check), f"there is no check {check!r}.{_near(check, known)}")
    for index, glob in enumerate(own.plain.get("extra_credit", [])):
        if not fnmatch.filter(known, glob):
            raise own.wrong(
                ("extra_credit", index), f"extra_credit: {glob!r} matches no check.{_near(glob, known)}"
            )
    for index, rule in enumerate(assignment.visibility):
        if not fnmatch.filter(known, rule.checks):
            raise own.wrong(
                ("visibility", index, "checks"),
                f"visibility: {rule.checks!r} matches no check.{_near(rule.checks, known)}",
            )


def _index(own: Document, exercise: Exercise) -> int:
    """Where the file has the exercise; 0 where it leaves it as it is."""
    return next((n for n, item in enumerate(own.plain.get("exercises", [])) if item["id"] == exercise.id), 0)


def _near(name: str, known: frozenset[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" Is {near[0]!r} meant?" if near else ""


def _check_exercise(own: Document, exercise: Exercise) -> None:
    index = _index(own, exercise)
    if not exercise.id.isidentifier():
        raise own.wrong(("exercises", index, "id"), f"{exercise.id!r} can't be a module's name.")
    if not exercise.class_name.isidentifier():
        raise own.wrong(
            ("exercises", index, "class_name"), f"{exercise.class_name!r} can't be a class's name."
        )
    if not 0 <= exercise.weight < float("inf"):
        raise own.wrong(("exercises", index, "weight"), "weight must be 0 or more.")
