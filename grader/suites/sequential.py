"""The usual judgement of a race: an ending is right if it is that of some one-after-the-other order.

What each order gives is asked of a model: a few lines of plain Python that hold the exercise's state in a
dict. So a submission is never judged by its own answers.
"""

import copy
from collections.abc import Callable, Mapping
from itertools import permutations
from typing import Any

from grader.interleave.calls import Answer, Call, Raised, show
from grader.interleave.explorer import Ending, Judge, Scenario
from grader.results import Value

Models = Mapping[str, Any]  # by object name: something with the exercise's methods
_Outcome = tuple[Any, ...]


class Sequential:
    """A judge that says ``verdict`` for an ending that no order of the calls gives."""

    def __init__(self, models: Models, scenario: Scenario, verdict: str) -> None:
        self._scenario = scenario
        self._verdict = verdict
        self._right = _endings(models, scenario)

    def __call__(self, ending: Ending) -> str:
        """Give a sentence for what is wrong; '' where nothing is."""
        calls = (*self._scenario.together, *self._scenario.look)
        for call, answer in zip(calls, (*ending.answers, *ending.look), strict=True):
            if isinstance(answer, Raised):
                return f"{call} raised {answer}, though it may not."
        seen = tuple(_value(answer) for answer in (*ending.answers, *ending.look))
        return "" if any(seen == one for one in self._right) else self._verdict

    @property
    def expected(self) -> Value:
        """Every right ending: a line for each call, an empty line between two endings."""
        calls = (*self._scenario.together, *self._scenario.look)
        each = {
            "\n".join(f"{call} → {show(value)}" for call, value in zip(calls, one, strict=True)): None
            for one in self._right
        }
        return Value("\n\n".join(each))


def sequential(models: Callable[[], Models], scenario: Scenario, verdict: str) -> Judge:
    """The judge of a scenario: ``models`` makes a model for each of its objects, by name."""
    return Sequential(models(), scenario, verdict)


def _endings(models: Models, scenario: Scenario) -> list[_Outcome]:
    found = []
    for order in permutations(range(len(scenario.together))):
        world = copy.deepcopy(models)
        for call in scenario.setup:
            _make(world, call)
        answers = {place: _make(world, scenario.together[place]) for place in order}
        looks = [_make(world, call) for call in scenario.look]
        found.append((*(answers[place] for place in sorted(answers)), *looks))
    return found


def _make(models: Models, call: Call) -> Any:
    return copy.deepcopy(getattr(models[call.on], call.method)(*call.args, **call.kwargs))


def _value(answer: Answer) -> Any:
    return answer.value if not isinstance(answer, Raised) else show(answer)
