"""The student's objects as checks hold them: calling a method is a message to the process they are in."""

from collections.abc import Callable, Sequence
from typing import Any

from grader.interleave.actor import Actor
from grader.interleave.calls import Answer, Call, Raised, Returned, StudentFault, fault_of
from grader.interleave.stage import Stage

BATCH = 20  # calls in one message: together they have as long as a single call


class Calling:
    """Makes calls on a stage, and remembers the last one as the student would write it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._last_call: Call | str = ""

    @property
    def last_call(self) -> str:
        """The last call as the student would write it; put into words only where it is shown."""
        return str(self._last_call)

    @last_call.setter
    def last_call(self, call: Call | str) -> None:
        self._last_call = call

    def answer_of(self, actor: Actor, call: Call) -> Answer:
        """Make a call and run until it is answered."""
        self.last_call = call
        return self.stage.call(actor, call)

    def value_of(self, answer: Answer, call: Call) -> Any:
        """The value that a call returned; an exception is the student's error."""
        if isinstance(answer, Returned):
            return answer.value
        raise fault_of(answer, str(call))

    def values_in_a_row(self, actor: Actor, calls: Sequence[Call]) -> list[Any]:
        """The values of several calls of one method, made by one message."""
        self.last_call, doing = calls[-1], f"{calls[0].on}.{calls[0].method}, called {len(calls)} times"
        answers = self.stage.in_a_row(actor, (), calls, doing)
        return [self.value_of(answer, call) for answer, call in zip(answers, calls, strict=True)]


class Pending:
    """A call that was begun and isn't finished."""

    def __init__(self, calling: Calling, actor: Actor, call: Call) -> None:
        self._calling, self._actor, self.call = calling, actor, call
        calling.last_call = call
        calling.stage.begin(actor, call)

    @property
    def done(self) -> bool:
        """True once it is answered."""
        return not self._actor.busy

    def answer(self) -> Answer:
        """Run until it is answered."""
        return self._calling.stage.finish(self._actor)

    def value(self) -> Any:
        """The value that it returns; an exception is the student's error."""
        return self._calling.value_of(self.answer(), self.call)


class Method:
    """A method of the student's object: call it for its value, or ask for more."""

    def __init__(self, calling: Calling, actor: Actor, on: str, name: str) -> None:
        self._calling, self._actor, self._on, self._name = calling, actor, on, name

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        return Call(self._name, args, kwargs, self._on)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The value that the call returns; an exception is the student's error."""
        call = self._call(args, kwargs)
        return self._calling.value_of(self._calling.answer_of(self._actor, call), call)

    def answer(self, *args: Any, **kwargs: Any) -> Answer:
        """What becomes of the call, an exception included."""
        return self._calling.answer_of(self._actor, self._call(args, kwargs))

    def many(self, rows: Sequence[Sequence[Any]]) -> None:
        """Call it once for each row of arguments; what it returns is let go, exceptions are faults."""
        for first in range(0, len(rows), BATCH):
            batch = rows[first : first + BATCH]
            doing = self._calling.last_call = f"{self._on}.{self._name}, called {len(batch)} times"
            answer = self._calling.stage.call_many(self._actor, self._on, self._name, batch)
            if isinstance(answer, Raised):
                raise self._fault_among(batch) or fault_of(answer, doing)

    def each(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """The values of a call for each row of arguments; made one after the other, in few messages."""
        values = []
        for first in range(0, len(rows), BATCH):
            calls = [self._call(tuple(row), {}) for row in rows[first : first + BATCH]]
            values += self._calling.values_in_a_row(self._actor, calls)
        return values

    def _fault_among(self, rows: Sequence[Sequence[Any]]) -> StudentFault | None:
        """The fault of the first of these calls that raises when they are made again, one by one."""
        for row in rows:
            call = self._call(tuple(row), {})
            answer = self._calling.answer_of(self._actor, call)
            if isinstance(answer, Raised):
                return fault_of(answer, str(call))
        return None

    def begin(self, *args: Any, **kwargs: Any) -> Pending:
        """Begin the call and leave it open; it goes on when the stage runs."""
        return Pending(self._calling, self._actor, self._call(args, kwargs))


class StandIn:
    """Looks like the student's object; each method call is a message to the process that holds it."""

    def __init__(self, calling: Calling, actor: Actor, name: str) -> None:
        self.actor = actor
        self._calling = calling
        self._name = name

    @property
    def sent_so_far(self) -> int:
        """The number of the last command that anybody sent."""
        return self._calling.stage.relay.last_number

    def __getattr__(self, method: str) -> Method:
        if method.startswith("_"):
            raise AttributeError(method)
        return Method(self._calling, self.actor, self._name, method)


class Calls:
    """Writes calls down without making them: ``cart.add("tea", 2)`` is data for a race."""

    def __init__(self, on: str) -> None:
        self._on = on

    def __getattr__(self, method: str) -> Callable[..., Call]:
        if method.startswith("_"):
            raise AttributeError(method)
        return lambda *args, **kwargs: Call(method, args, kwargs, self._on)
