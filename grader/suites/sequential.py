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

Models = Mapping[str, Any]  # by object name: something with the exercise's methods
_Outcome = tuple[Any, ...]


def sequential(models: Callable[[], Models], scenario: Scenario, verdict: str) -> Judge:
    """A judge that says ``verdict`` for an ending that no order of the calls gives."""
    right = _endings(models(), scenario)

    def judge(ending: Ending) -> str:
        answers = zip(scenario.together, ending.answers, strict=True)
        looks = zip(scenario.look, ending.look, strict=True)
        for call, answer in (*answers, *looks):
            if isinstance(answer, Raised):
                return f"{call} raised {answer}, though it may not."
        seen = tuple(_value(answer) for answer in (*ending.answers, *ending.look))
        return "" if any(seen == one for one in right) else verdict

    return judge


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
