"""One check's actors and what they are asked: to import, to make objects, to call methods."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from grader.interleave.actor import Actor, read_answer
from grader.interleave.calls import Answer, Call, Raised, StudentFault, fault_of
from grader.interleave.kit import Kit
from grader.interleave.moves import Choose, first_move
from grader.interleave.simulation import PAUSE_SECONDS, QUIET_SECONDS, Simulation
from grader.proxy.relay import hold_all, pass_all
from grader.results import Outcome
from grader.sandbox.inside.worker_wire import WireError
from grader.sandbox.process import Order, Process

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

    def enter(self, name: str) -> Actor:
        """A new actor, in a fresh process with a client of its own."""
        address = self.relay.open(name)
        seed, late = hash((self._seed, len(self.actors))), len(self.actors) * APART_NANOSECONDS
        order = Order(self.kit.inside(address), seed, self.clock.monotonic + late, self.clock.wall + late)
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
        idle = [a.process for a in self.actors.values() if not (a.dead or a.doing)]
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
        args, kwargs = actor.encode_call(call)
        shown = str(call).partition(".")[2].replace("(", "(client, ", 1).replace(", )", ")")
        return self._ask(actor, {"do": "make", "as": name, "args": args, "kwargs": kwargs}, shown)

    def expect_made(self, actor: Actor, name: str, call: Call) -> None:
        """Make an object; raises StudentFault where the student's code raised."""
        doing = str(call).partition(".")[2]
        if isinstance(answer := self.make(actor, name, call), Raised):
            raise fault_of(answer, doing)

    def _ask(self, actor: Actor, what: dict[str, Any], doing: str) -> Answer:
        actor.ask(what, doing, time.monotonic())
        return self.finish(actor)

    def begin(self, actor: Actor, call: Call) -> None:
        """Let an actor start a call; nothing moves before the next run."""
        self.clock.keep_up()
        args, kwargs = actor.encode_call(call)
        what = {"do": "call", "on": call.on, "method": call.method, "args": args, "kwargs": kwargs}
        actor.ask(what, str(call), time.monotonic())
        self.tell(actor.name, "calls", str(call))

    def begin_together(self, actor: Actor, calls: Sequence[Call]) -> None:
        """Let an actor start several calls, each in a thread of its own."""
        self.clock.keep_up()
        rows = []
        for call in calls:
            args, kwargs = actor.encode_call(call)
            rows.append([call.on, call.method, args, kwargs])
        actor.ask(
            {"do": "together", "calls": rows}, f"{len(calls)} threads: {calls[0]} ...", time.monotonic()
        )
        actor.threads = len(calls)

    def call_many(self, actor: Actor, on: str, method: str, rows: Sequence[Sequence[Any]]) -> Answer:
        """Let an actor call a method once for each row of arguments, one after the other; nothing is held."""
        self.clock.keep_up()
        what = {"do": "many", "on": on, "method": method, "rows": [actor.encode(list(row)) for row in rows]}
        actor.ask(what, f"{len(rows)} calls of {on}.{method}", time.monotonic())
        self.relay.passes = pass_all
        try:
            while actor.busy:
                self._turn_freely(actor)
        finally:
            self.relay.passes = hold_all
        return self.take(actor)

    def _turn_freely(self, actor: Actor) -> None:
        """Serve whoever is ready; where nobody is, for they sleep or wait for more, go on as ever."""
        self.deadlines.note_step()
        if self.kit.loop.turn(QUIET_SECONDS):
            self.take_answers()
            self.deadlines.watch(lambda: 0.0)
        else:
            self.run(lambda: not actor.busy)

    def finish_together(self, actor: Actor, choose: Choose = first_move) -> list[Answer]:
        """Run until all the threads of an actor have answered."""
        self.run(lambda: not actor.busy, choose)
        if actor.answer is None:
            raise self.kit.trouble.died(actor)
        message, actor.answer, actor.doing = actor.answer, None, ""
        if "error" in message:
            answer = read_answer(message)
            assert isinstance(answer, Raised)  # noqa: S101 - it has an error
            raise fault_of(answer, "a call in a thread")
        return self._read_together(message.get("value"), actor.threads)

    def _read_together(self, values: Any, threads: int) -> list[Answer]:
        whole = isinstance(values, list) and len(values) == threads
        try:
            return [read_answer(one) for one in (values if whole else [None])]
        except WireError as error:
            raise StudentFault(Outcome.ERRORED, f"It answered with what isn't an answer: {error}.") from None

    def finish(self, actor: Actor, choose: Choose = first_move) -> Answer:
        """Run until an actor's open request is answered."""
        if choose is first_move and self._is_alone(actor):
            self.go_on_freely(actor)
        if actor.busy:
            self.run(lambda: not actor.busy, choose)
        return self.take(actor)

    def _is_alone(self, actor: Actor) -> bool:
        others = (other for other in self.actors.values() if other is not actor and not other.dead)
        idle = all(not other.doing and not other.process.asks for other in others)
        return idle and not (actor.frozen or self.observed)

    def call(self, actor: Actor, call: Call) -> Answer:
        """Begin a call and finish it."""
        self.begin(actor, call)
        return self.finish(actor)

    def take(self, actor: Actor) -> Answer:
        """An actor's answer, which must be there."""
        if actor.answer is None:
            raise self.kit.trouble.died(actor)
        message, actor.answer, actor.doing = actor.answer, None, ""
        actor.process.threads.at_rest()  # counts the threads that the call may have left
        try:
            answer = read_answer(message)
        except WireError as error:
            raise StudentFault(Outcome.ERRORED, f"It answered with what isn't an answer: {error}.") from None
        self.tell(actor.name, "raises" if isinstance(answer, Raised) else "returns", answer)
        return answer
