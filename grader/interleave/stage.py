"""One check's world: actors, proxy and clock, run as a discrete-event simulation.

Theory of operation. ``settle`` turns the loop until every actor is at rest: held at the proxy, done,
asleep, in a callback or blocked in the server. Then, and only then, somebody chooses one of the possible
moves, it is made, and all settle again. Virtual time moves only when no other move is left, and then to
the earliest moment that somebody waits for. So a run is a sequence of choices, the same each time.

    settle -> moves() -> choose one -> make it -> settle -> ...        (no move left: the clock's)
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from grader.admin import Admin
from grader.assignment import Bounds
from grader.clock import NANOSECONDS, Clock
from grader.interleave.actor import Actor, read_answer
from grader.interleave.calls import Answer, Call, Raised, StudentFault, fault_of
from grader.interleave.trouble import Trouble
from grader.loop import Loop
from grader.proxy.link import Link, blocking_seconds
from grader.proxy.relay import FloodError, Relay
from grader.results import Outcome
from grader.sandbox.inside.worker_wire import WireError
from grader.sandbox.process import OWN_THREADS, Ask, Order, Process, Worker

PAUSE_SECONDS = 0.0001  # between two looks at a process that isn't at rest yet
STALL_SECONDS = 0.25  # of waiting for what can't be seen, or of computing, after which virtual time passes
BUSY_BATCHES = 30  # sent in a row without the clock moving, after which polling costs virtual time
BUSY_NANOSECONDS = 25_000_000  # what each further batch costs while somebody else waits for the clock
QUIET_SECONDS = 0.02  # without anything to serve, after which many calls in a row go on as single ones do
REST_SECONDS = 0.5  # of processor time: how long a process that never rests holds up the others
LONGEST_CALL = 3  # times the limit for a call that gets nowhere: one that never ends, yet always goes on


@dataclass(frozen=True)
class Kit:
    """What a stage is made from; it outlives the check."""

    loop: Loop
    worker: Worker
    relay: Relay
    clock: Clock
    admin: Admin
    bounds: Bounds
    trouble: Trouble
    inside: Callable[[str], str]  # a socket's path as it is behind the walls


@dataclass(frozen=True)
class Move:
    """Something that can happen next, by one actor's doing."""

    actor: str
    link: Link | None = None  # its held commands reach Valkey
    ask: Ask | None = None  # its callback returns, or its gate opens
    count: int | None = None  # only so many of the held commands
    dies: bool = False  # and no reply reaches the process any more


@dataclass(frozen=True)
class Timer:
    """A moment that somebody waits for."""

    due: int  # virtual nanoseconds
    actor: str
    order: int  # among those that are due together
    fire: Callable[[], None]


@dataclass(frozen=True)
class Computed:
    """A callback that the student's code called, and when, in virtual seconds; end is -1 while it runs."""

    actor: str
    name: str
    begin: float


Choose = Callable[[Sequence[Move]], Move]


def first_move(moves: Sequence[Move]) -> Move:
    """What runs when nobody explores: first come, first served."""
    return moves[0]


class Stage:
    """The actors of one check and everything between them."""

    def __init__(self, kit: Kit, seed: int) -> None:
        self.kit = kit
        self.clock = kit.clock
        self.relay = kit.relay
        self.actors: dict[str, Actor] = {}
        self.computed: list[Computed] = []
        self.watchers: list[Callable[[str, str, Any], None]] = []
        self.passed = False  # set once the check is known to have passed
        self._seed = seed
        self._deferred: dict[tuple[str, int], Timer] = {}
        self._blocked: dict[int, int] = {}
        self._batches = 0
        self._moved = time.monotonic()
        self._drifted = 0.0
        self._used = 0.0  # processor time of all actors at the last move

    # Actors

    def enter(self, name: str) -> Actor:
        """A new actor, in a fresh process with a client of its own."""
        address = self.relay.open(name)
        seed = hash((self._seed, len(self.actors)))
        order = Order(self.kit.inside(address), seed, self.clock.monotonic, self.clock.wall)
        actor = Actor(name, self.kit.worker.spawn(), order)
        self._used += actor.process.threads.cpu_seconds
        self.actors[name] = actor
        return actor

    def kill(self, actor: Actor) -> None:
        """Kill an actor's process as ``kill -9`` does, and close its connections."""
        self.relay.mute(actor.name)
        self.kit.worker.kill(actor.process)
        actor.dead = True
        self.relay.close(actor.name)
        self._tell(actor.name, "dies", None)

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
        return [a.process for a in self.actors.values() if not (a.dead or a.doing) and a.process.spotless]

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
        self._tell(actor.name, "calls", str(call))

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

    def call_many(self, actor: Actor, on: str, method: str, rows: Sequence[Sequence[Any]]) -> Answer:
        """Let an actor call a method once for each row of arguments, one after the other; nothing is held."""
        what = {"do": "many", "on": on, "method": method, "rows": [actor.encode(list(row)) for row in rows]}
        actor.ask(what, f"{len(rows)} calls of {on}.{method}", time.monotonic())
        self.relay.pass_through = True
        try:
            while actor.busy:
                self._turn_freely(actor)
        except FloodError:
            raise self.kit.trouble.flooded(actor) from None
        finally:
            self.relay.pass_through = False
        return self.take(actor)

    def _turn_freely(self, actor: Actor) -> None:
        """Serve whoever is ready; where nobody is, for they sleep or wait for more, go on as ever."""
        self._moved = time.monotonic()
        if self.kit.loop.turn(QUIET_SECONDS):
            self._take_answers()
            self._watch_time(passing=False)
        else:
            self.run(lambda: not actor.busy)

    def finish_together(self, actor: Actor, choose: Choose = first_move) -> list[Answer]:
        """Run until all the threads of an actor have answered."""
        self.run(lambda: not actor.busy, choose)
        if actor.answer is None:
            raise self.kit.trouble.died(self, actor)
        message, actor.answer, actor.doing = actor.answer, None, ""
        if "error" in message:
            answer = read_answer(message)
            assert isinstance(answer, Raised)  # noqa: S101 - it has an error
            raise fault_of(answer, "a call in a thread")
        try:
            return [read_answer(one) for one in message["value"]]
        except (TypeError, WireError) as error:
            raise StudentFault(Outcome.ERRORED, f"It answered with what isn't an answer: {error}.") from None

    def finish(self, actor: Actor, choose: Choose = first_move) -> Answer:
        """Run until an actor's open request is answered."""
        self.run(lambda: not actor.busy, choose)
        return self.take(actor)

    def call(self, actor: Actor, call: Call) -> Answer:
        """Begin a call and finish it."""
        self.begin(actor, call)
        return self.finish(actor)

    def take(self, actor: Actor) -> Answer:
        """An actor's answer, which must be there."""
        if actor.answer is None:
            raise self.kit.trouble.died(self, actor)
        message, actor.answer, actor.doing = actor.answer, None, ""
        actor.process.threads.at_rest()  # counts the threads that the call may have left
        try:
            answer = read_answer(message)
        except WireError as error:
            raise StudentFault(Outcome.ERRORED, f"It answered with what isn't an answer: {error}.") from None
        self._tell(actor.name, "raises" if isinstance(answer, Raised) else "returns", answer)
        return answer

    # The simulation

    def run(self, until: Callable[[], bool], choose: Choose = first_move, horizon: int | None = None) -> None:
        """Make moves until ``until`` holds, nothing can happen any more, or the clock reaches ``horizon``."""
        while True:
            self.settle(until)
            if until():
                return
            if moves := self.moves():
                self.make_move(choose(moves))
                continue
            timer = self.next_timer()
            if timer is not None and (horizon is None or timer.due <= horizon):
                self._reach(timer)
            elif horizon is not None:
                self._move_clock(horizon)
                return
            elif not self._pass_real_time():
                return

    def advance(self, seconds: float) -> None:
        """Let virtual time go on by so much; whoever wakes on the way does what it does."""
        self.run(lambda: False, horizon=self.clock.now + int(seconds * NANOSECONDS))

    def idle(self, choose: Choose = first_move) -> None:
        """Run until nobody can go on without the clock."""
        self.run(lambda: False, choose, horizon=self.clock.now)

    def settle(self, until: Callable[[], bool] = lambda: False) -> None:
        """Turn the loop until every actor is at rest, or ``until`` holds."""
        barrier = False
        while True:
            while self.kit.loop.turn(0):
                barrier = False
            self._take_answers()
            if until():
                return
            if not self._at_rest():
                self.kit.loop.turn(PAUSE_SECONDS)
                # A machine that is swamped lets nobody compute: then nothing has passed for the student.
                self._watch_time(passing=self._computed_seconds() > STALL_SECONDS)
            elif self._needs_barrier() and not barrier:
                # What one client's command sets free for another is on its way before these are answered.
                self.kit.admin.ask("PING")
                self.kit.admin.ask("PING")
                barrier = True
            elif not self.kit.loop.turn(0):
                return

    def _needs_barrier(self) -> bool:
        return self.relay.streaming or bool(self.relay.waiting())

    def _computed_seconds(self) -> float:
        """Processor time that the actors have used since the last move."""
        return sum(actor.process.threads.cpu_seconds for actor in self.actors.values()) - self._used

    def _note_move(self) -> None:
        self._moved = time.monotonic()
        self._used += self._computed_seconds()

    def _at_rest(self) -> bool:
        for link in self.relay.waiting():
            if blocking_seconds(link.flight[-1].command) is None and not self.actors[link.actor].dead:
                return False
        rested = all(self._rests(actor) for actor in self.actors.values())
        return rested or self._computed_seconds() > REST_SECONDS

    def _rests(self, actor: Actor) -> bool:
        if actor.dead:
            return True
        threads = actor.process.threads
        # Nothing is asked of it, and it has no threads but its own and the side channel's: both only read.
        if actor.doing == "" and threads.count <= OWN_THREADS:
            return True
        return threads.at_rest()

    def _take_answers(self) -> None:
        for actor in self.actors.values():
            if actor.process.misbehaved and not actor.dead:
                raise self.kit.trouble.misbehaved(actor)
            if actor.busy:
                actor.answer = actor.process.answer()
                if actor.answer is None and actor.process.gone:
                    raise self.kit.trouble.died(self, actor)

    def moves(self) -> list[Move]:
        """What can happen next, in a fixed order: by actor, connections before callbacks."""
        found = []
        held = self.relay.held()
        for name, actor in sorted(self.actors.items()):
            if actor.frozen or actor.dead:
                continue
            found += [Move(name, link=link) for link in held if link.actor == name]
            for ask in list(actor.process.asks.values()):
                if ask.until < 0 and ask.number not in actor.served and not self._defer(actor, ask):
                    found.append(Move(name, ask=ask))
        return found

    def make_move(self, move: Move) -> None:
        """Let one thing happen; the caller settles afterwards."""
        self._note_move()
        actor = self.actors[move.actor]
        if move.link is not None:
            self._count_batch(actor, move.link)
            if move.dies:
                self.relay.mute(actor.name)  # it dies before the replies get there
            self._tell(actor.name, "sends", tuple(move.link.held[: move.count]))
            try:
                self.relay.release(move.link, move.count)
            except FloodError:
                raise self.kit.trouble.flooded(actor) from None
        elif move.ask is not None:
            self._tell(actor.name, "answered", None)
            self._reply(actor, move.ask)

    def _count_batch(self, actor: Actor, link: Link) -> None:
        # Code that polls without sleeping would keep the clock from ever moving.
        self._batches += 1
        if self._batches <= BUSY_BATCHES:
            return
        timer = self.next_timer()
        step = self.clock.now + BUSY_NANOSECONDS
        if timer is not None:
            self.clock.move_to(min(timer.due, step))
            if timer.due <= self.clock.now:
                self._reach(timer)
        elif actor.asks_again(tuple(link.held)) > BUSY_BATCHES:
            # Nobody waits for the clock, but a long row of different commands is no polling.
            self.clock.move_to(step)

    # Callbacks

    def _defer(self, actor: Actor, ask: Ask) -> bool:
        """True where a callback takes virtual time: its reply becomes a timer."""
        compute = actor.computes.get(ask.callback)
        if compute is None:
            return False
        key = (actor.name, ask.number)
        if key not in self._deferred:
            self.computed.append(Computed(actor.name, ask.callback, self.clock.seconds))
            self._tell(actor.name, "computes", compute)
            due = self.clock.now + int(compute.takes * NANOSECONDS)
            self._deferred[key] = Timer(due, actor.name, ask.number, lambda: self._reply(actor, ask))
        return compute.takes > 0

    def _reply(self, actor: Actor, ask: Ask) -> None:
        actor.served.add(ask.number)
        self._deferred.pop((actor.name, ask.number), None)
        compute = actor.computes.get(ask.callback)
        if compute is None:
            actor.process.reply(ask.number, {"value": None})
        elif compute.raises is not None:
            actor.process.reply(ask.number, {"raise": list(compute.raises)})
        else:
            actor.process.reply(ask.number, {"value": actor.encode(compute.value)})

    # Time

    def timers(self) -> list[Timer]:
        """Every moment that somebody on the stage waits for, earliest first."""
        found = [t for t in self._deferred.values() if not self._out(t.actor)]
        for name, actor in self.actors.items():
            if not self._out(name):
                found += [self._wake(actor, ask) for ask in actor.process.asks.values() if ask.until >= 0]
        found += self._unblocks()
        return sorted(found, key=lambda timer: (timer.due, timer.actor, timer.order))

    def _out(self, name: str) -> bool:
        return self.actors[name].frozen or self.actors[name].dead

    def _wake(self, actor: Actor, ask: Ask) -> Timer:
        return Timer(ask.until, actor.name, ask.number, lambda: actor.process.wake(ask.number))

    def _unblocks(self) -> list[Timer]:
        found = []
        for link in self.relay.waiting():
            seconds = blocking_seconds(link.flight[-1].command)
            if seconds is None or seconds == float("inf") or self._out(link.actor):
                continue
            since = self._blocked.setdefault(link.flight[-1].number, self.clock.now)
            unblock = partial(self._unblock, link.client_id)
            found.append(Timer(since + int(seconds * NANOSECONDS), link.actor, link.number, unblock))
        return found

    def _unblock(self, client_id: int) -> None:
        self.kit.admin.ask("CLIENT", "UNBLOCK", client_id, "TIMEOUT")

    def next_timer(self) -> Timer | None:
        """The earliest moment that somebody waits for."""
        return next(iter(self.timers()), None)

    def _reach(self, timer: Timer) -> None:
        self._batches = 0
        self._note_move()
        self._move_clock(timer.due)
        timer.fire()

    def _move_clock(self, moment: int) -> None:
        if moment > self.clock.now:
            self._tell("", "clock", (moment - self.clock.now) / NANOSECONDS)
        self.clock.move_to(moment)

    def _pass_real_time(self) -> bool:
        """Wait for what can't be seen coming; False where nobody is in a call."""
        if not any(actor.busy and not actor.frozen for actor in self.actors.values()):
            return False
        self.kit.loop.turn(0.005)
        self._watch_time(passing=time.monotonic() - self._moved > STALL_SECONDS)
        return True

    def _watch_time(self, *, passing: bool) -> None:
        """Hold every call to its deadline, and let virtual time pass where nothing else happens."""
        now, limit = time.monotonic(), self.kit.bounds.call_seconds
        for actor in self.actors.values():
            stuck = now - max(actor.began, self._moved) > limit or now - actor.began > LONGEST_CALL * limit
            if actor.busy and not actor.frozen and stuck:
                raise self.kit.trouble.timed_out(self, actor)
        self.kit.trouble.watch_server(self)
        if passing:
            self.clock.drift(int((now - max(self._moved, self._drifted)) * NANOSECONDS))
            self._drifted = now

    def _tell(self, actor: str, event: str, what: Any) -> None:
        for watcher in self.watchers:
            watcher(actor, event, what)
