"""The words in which a check says what is right; a failure carries what was expected and seen, and a hint."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from grader.interleave.calls import Answer, Raised, show
from grader.results import Value
from grader.sandbox.inside.worker_wire import Opaque

Hint = str | Callable[[], str]  # the latter where it takes a look at something first


class CheckFailedError(AssertionError):
    """The student's code gave a wrong answer."""

    def __init__(self, message: str, expected: Value | None, seen: Value | None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.seen = seen
        self.hint = hint


def value_of(value: Any) -> Value:
    """A value as the student is shown it."""
    kind = value.type if isinstance(value, Opaque) else type(value).__name__
    return Value(show(value), kind)


def sentence(text: str) -> Value:
    """Something expected or seen that isn't a value."""
    return Value(text)


def is_number(value: Any) -> bool:
    """Whether a value is a number that can be compared: of any kind, for ``2.0`` and ``Decimal(2)`` are 2."""
    return isinstance(value, int | float | Decimal) and value == value  # noqa: PLR0124 - a Decimal's NaN raises


class Expectation:
    """Something seen, about to be compared; a ``hint`` of its own goes before those of the comparisons."""

    def __init__(self, seen: Any, what: str = "", hint: str = "") -> None:
        self._seen = seen
        self._what = what or "The answer"
        self._hint = hint

    def _fail(self, expected: Value, hint: Hint, message: str = "") -> None:
        told = self._hint or (hint if isinstance(hint, str) else hint())
        raise CheckFailedError(message or f"{self._what} is wrong.", expected, value_of(self._seen), told)

    def to_equal(self, expected: Any, hint: Hint = "") -> None:
        """``==``, as Python has it for plain data."""
        if self._seen != expected:
            self._fail(value_of(expected), hint)

    def to_be_one_of(self, allowed: Iterable[Any], hint: Hint = "") -> None:
        """``==`` to one of several."""
        options = list(allowed)
        if not any(self._seen == option for option in options):
            self._fail(sentence(" or ".join(map(show, options))), hint)

    def to_be_between(self, low: float, high: float, hint: Hint = "") -> None:
        """A number from ``low`` to ``high``, both included."""
        if not is_number(self._seen) or not low <= self._seen <= high:
            self._fail(sentence(f"a number from {low:.10g} to {high:.10g}"), hint)

    def to_be(self, right: Callable[[Any], bool], described: str, hint: Hint = "") -> None:
        """Whatever ``right`` holds for; ``described`` says it in words."""
        if not right(self._seen):
            self._fail(sentence(described), hint)

    def to_be_at_most(self, limit: float, unit: str, hint: str = "") -> None:
        """A count of ``unit`` that the grader took, not the student's own answer."""
        if self._seen > limit:
            raise CheckFailedError(
                f"{self._what} took too many {unit}.",
                sentence(f"at most {_counted(limit, unit)}"),
                sentence(_counted(self._seen, unit)),
                hint,
            )


def _counted(number: float, units: str) -> str:
    return f"{number:.10g} {units.removesuffix('s') if number == 1 else units}"


def expect(seen: Any, what: str = "") -> Expectation:
    """Begin a sentence: ``expect(cache.get("k")).to_equal(1, hint=...)``."""
    return Expectation(seen, what)


def expect_raised(answer: Answer, kind: type[BaseException], hint: str = "") -> None:
    """The call whose ``answer`` this is raised ``kind``, or a class derived from it."""
    if isinstance(answer, Raised):
        if kind.__name__ in answer.bases or answer.type == kind.__name__:
            return
        seen = sentence(str(answer))
    else:
        seen = sentence(f"it returned {show(answer.value)}")
    message = f"This call must raise {kind.__name__}."
    raise CheckFailedError(message, sentence(f"{kind.__name__} is raised"), seen, hint)
