"""One check's actors and what they are asked: to import, to make objects, to call methods."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from grader.interleave.actor import Actor, read_answer
from grader.interleave.calls import Answer, Call, Raised, StudentFault, fault_of
from grader.interleave.kit import Kit
from grader.interleave.moves import Choose, first_move
from grader.interleave.simulation import PAUSE_SECONDS, Simulation
from grader.proxy.relay import hold_all, pass_all
from grader.results import Outcome
from grader.sandbox.inside.worker_wire import WireError
from grader.sandbox.process import Order, Process

_Asked = tuple[dict[str, Any], Call | str]  # a request, and what it asks for as the student would write it

MOMENTS = 20  # for which a process that is to be kept may take to come to rest
# Between the clocks of two processes: a moment makes a token, which is another in each of them. Not a round
# number, for each look at a clock takes a round one.
APART_NANOSECONDS = 1_000_250


class Stage(Simulation):
    """The actors of one check and everything between them."""

    def __init__(self, kit: Kit, seed: int) -> None:
        super().__init__(kit)
        self.over = False  # set once the check has ended, and left nothing going on
        self._seed = seed

    # Actors

    def enter(self, name: str, like: Actor | None = None) -> Actor:
        """A new actor, in a fresh process with a client of its own.

        One ``like`` another has the other's clock and what random gives, and secrets of its own.
        """
        address = self.kit.inside(self.relay.open(name))
        seed, late = hash((self._seed, len(self.actors))), len(self.actors) * APART_NANOSECONDS
        order = Order(address, seed, seed, self.clock.monotonic + late, self.clock.wall + late)
        if like is not None:
            order = replace(like.order, valkey=address, secret=seed)
        actor = Actor(name, self.kit.workers.spawn(len(self.actors)), order)
        self.admit(actor)
        return actor

    def kill(self, actor: Actor) -> None:
        """Kill an actor's process as ``kill -9`` does, and close its connections."""
        self.relay.mute(actor.name)
        self.kit.workers.kill(actor.process)
        actor.dead = True
        self.relay.close(actor.name)
        self.tell(actor.name, "dies", None)

    def expect_quiet(self) -> None:
        """Raise StudentFault where somebody answered more often than they were asked."""
        self.settle()
        for actor in self.actors.values():
            if not actor.dead and not actor.busy:
                actor.process.answer()
                if actor.process.misbehaved:
                    raise self.kit.trouble.misbehaved(actor)

    def spotless(self) -> list[Process]:
        """The processes that may be actors again, in another check."""
        idle = [a.process for a in self.actors.values() if a.idle and not a.dead]
        return [process for process in idle if self._comes_to_rest(process) and process.spotless]

    def _comes_to_rest(self, process: Process) -> bool:
        # It may have sent its last answer just now, and a new process costs far more than a moment.
        for _ in range(MOMENTS):
            if process.threads.at_rest():
                return True
            if not self.kit.processor.give_turn():
                self.kit.loop.turn(PAUSE_SECONDS)
        return False

    # Requests

    def load(self, actor: Actor, file: str, class_name: str) -> Answer:
        """Import the student's module in an actor's process, afresh."""
        what = {"do": "load", "order": asdict(actor.order), "file": file, "class": class_name}
        return self._ask(actor, what, f"import {file[:-3]}")

    def make(self, actor: Actor, name: str, call: Call) -> Answer:
        """Make an object of the student's class; ``call.method`` is the class's name, for the reader."""
        return self._ask(actor, *_making(actor, name, call))

    def expect_made(self, actor: Actor, name: str, call: Call) -> None:
        """Make an object; raises StudentFault where the student's code raised."""
        _expect_made(self.make(actor, name, call), call)

    def in_a_row(
        self, actor: Actor, objects: Sequence[tuple[str, Call]], calls: Sequence[Call] = (), doing: str = ""
    ) -> list[Answer]:
        """Make objects, then calls, one after the other by one message; what the calls gave.

        ``doing`` says in short what all of it is. Raises StudentFault where an object can't be made.
        """
        self.clock.keep_up()
        asked = [_making(actor, name, call) for name, call in objects]
        asked += [_calling(actor, call) for call in calls]
        if not asked:
            return []
        steps, shown = zip(*asked, strict=True)
        self.ask(actor, {"do": "row", "steps": steps}, doing or ", then ".join(map(str, shown)))
        self._await(actor)
        answers = self._read_several(self._take_message(actor), len(steps))
        for (_, call), answer in zip(objects, answers, strict=False):  # the calls' answers follow
            _expect_made(answer, call)
        return answers[len(objects) :]

    def _ask(self, actor: Actor, what: dict[str, Any], doing: Call | str) -> Answer:
        self.ask(actor, what, doing)
        return self.finish(actor)

    def begin(self, actor: Actor, call: Call) -> None:
        """Let an actor start a call; nothing moves before the next run."""
        self.clock.keep_up()
        self.ask(actor, *_calling(actor, call))
        self.tell(actor.name, "calls", call)

    def begin_together(self, actor: Actor, calls: Sequence[Call]) -> None:
        """Let an actor start several calls, each in a thread of its own."""
        self.clock.keep_up()
        rows = []
        for call in calls:
            args, kwargs = actor.encode_call(call)
            rows.append([call.on, call.method, args, kwargs])
        self.ask(actor, {"do": "together", "calls": rows}, f"{len(calls)} threads: {calls[0]} ...")
        actor.threads = len(calls)

    def call_many(self, actor: Actor, on: str, method: str, rows: Sequence[Sequence[Any]]) -> Answer:
        """Let an actor call a method once for each row of arguments, one after the other; nothing is held."""
        self.clock.keep_up()
        what = {"do": "many", "on": on, "method": method, "rows": [actor.encode(list(row)) for row in rows]}
        self.ask(actor, what, f"{len(rows)} calls of {on}.{method}")
        self.relay.passes = pass_all
        try:
            while actor.busy:
                self._turn_freely(actor)
        finally:
            self.relay.passes = hold_all
        return self.take(actor)

    def _turn_freely(self, actor: Actor) -> None:
        """Serve whoever is ready; where nobody is, for they sleep or wait for more, go on as ever."""
        if self.turn_soon():
            self.take_answers()
            self.deadlines.step()
        else:
            self.run(lambda: not actor.busy)

    def finish_together(self, actor: Actor, choose: Choose = first_move) -> list[Answer]:
        """Run until all the threads of an actor have answered."""
        self.run(lambda: not actor.busy, choose)
        return self._read_several(self._take_message(actor), actor.threads)

    def _read_several(self, message: dict[str, Any], number: int) -> list[Answer]:
        """The answers to a request for so many."""
        if isinstance(whole := self._read({"value": None, **message}), Raised):
            raise fault_of(whole, "what was called")
        values = message.get("value")
        if not isinstance(values, list) or len(values) != number:
            values = [None]
        return [self._read(one) for one in values]

    def finish(self, actor: Actor, choose: Choose = first_move) -> Answer:
        """Run until an actor's open request is answered."""
        self._await(actor, choose)
        return self.take(actor)

    def _await(self, actor: Actor, choose: Choose = first_move) -> None:
        if choose is first_move and self._is_alone(actor):
            self.go_on_freely(actor)
        if actor.busy:
            self.run(lambda: not actor.busy, choose)

    def _is_alone(self, actor: Actor) -> bool:
        others = (other for other in self.actors.values() if other is not actor and not other.dead)
        idle = all(other.idle and not other.process.asks for other in others)
        return idle and not (actor.frozen or self.observed)

    def call(self, actor: Actor, call: Call) -> Answer:
        """Begin a call and finish it."""
        self.begin(actor, call)
        return self.finish(actor)

    def take(self, actor: Actor) -> Answer:
        """An actor's answer, which must be there."""
        answer = self._read(self._take_message(actor))
        self.tell(actor.name, "raises" if isinstance(answer, Raised) else "returns", answer)
        return answer

    def _take_message(self, actor: Actor) -> dict[str, Any]:
        if actor.answer is None:
            raise self.kit.trouble.died(actor)
        message, actor.answer, actor.request = actor.answer, None, ""
        return message

    def _read(self, message: object) -> Answer:
        try:
            return read_answer(message)
        except WireError as error:
            raise StudentFault(Outcome.ERRORED, f"It answered with what isn't an answer: {error}.") from None


def _making(actor: Actor, name: str, call: Call) -> _Asked:
    args, kwargs = actor.encode_call(call)
    shown = _without_class(call).replace("(", "(client, ", 1).replace(", )", ")")
    return {"do": "make", "as": name, "args": args, "kwargs": kwargs}, shown


def _calling(actor: Actor, call: Call) -> _Asked:
    args, kwargs = actor.encode_call(call)
    return {"do": "call", "on": call.on, "method": call.method, "args": args, "kwargs": kwargs}, call


def _expect_made(answer: Answer, call: Call) -> None:
    if isinstance(answer, Raised):
        raise fault_of(answer, _without_class(call))


def _without_class(call: Call) -> str:
    """How an object is made, as the student would write it: the call is one of its class's name."""
    return str(call).partition(".")[2]
