"""Fills what calls of a scenario have returned into calls that come later."""

from dataclasses import replace
from typing import Any

from grader.interleave.calls import Answer, Answered, Call, Raised, fault_of


class Answers:
    """The answers of one run of a scenario, by call."""

    def __init__(self) -> None:
        self._known: list[tuple[Call, Answer]] = []

    def note(self, call: Call, answer: Answer) -> None:
        """Keep what became of a call."""
        self._known.append((call, answer))

    def fill(self, call: Call) -> Call:
        """The call with values for its ``Answered``; StudentFault where such a call raised."""
        return replace(call, args=tuple(map(self._value, call.args)))

    def _value(self, argument: Any) -> Any:
        if not isinstance(argument, Answered):
            return argument
        # By identity: a scenario may hold two calls that are equal.
        answer = next(answer for call, answer in self._known if call is argument.call)
        if isinstance(answer, Raised):
            raise fault_of(answer, str(argument.call))
        return answer.value
