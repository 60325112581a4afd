"""What makes a function a check: its points, its objective, and the section of the guide to read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
ATTRIBUTE = "check"


@dataclass(frozen=True)
class Check:
    """A check's own facts; its id is the function's name, its title the docstring."""

    points: float
    objective: str
    guide: str = ""
    needs: tuple[str, ...] = ()  # names of checks of the same suite, without which this one says nothing


def check(
    *, points: float, objective: str, guide: str, needs: tuple[str, ...] = ()
) -> Callable[[Function], Function]:
    """Mark a function as a check."""

    def mark(function: Function) -> Function:
        setattr(function, ATTRIBUTE, Check(points, objective, guide, needs))
        return function

    return mark
