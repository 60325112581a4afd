"""The discrete-event simulation of one check's actors, proxy and clock.

Theory of operation. ``settle`` turns the loop until every actor is at rest: held at the proxy, done,
asleep, in a callback or blocked in the server. Then, and only then, somebody chooses one of the possible
moves, it is made, and all settle again. Virtual time moves only when no other move is left, and then to
the earliest moment that somebody waits for. So a run is a sequence of choices, the same each time.

    settle -> moves() -> choose one -> make it -> settle -> ...        (no move left: the clock's)
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from grader.clock import NANOSECONDS
from grader.interleave.actor import Actor
from grader.interleave.calls import Call
from grader.interleave.deadlines import Deadlines
from grader.interleave.kit import Kit, Tell
from grader.interleave.lurkers import Lurkers
from grader.interleave.moves import Choose, Move, first_move
from grader.interleave.waits import Timer, Waits
from grader.proxy.link import Link
from grader.proxy.relay import hold_all, pass_single
from grader.sandbox.threads import OWN_THREADS

LOOKS = 5  # at a process that will be at rest in a moment, each time after giving it a turn
PAUSE_SECONDS = 0.0001  # between two looks at a process that isn't at rest yet
QUIET_SECONDS = 0.02  # without anything to serve, after which who goes on freely is held as any other is
LONG_ROW = 256  # turns of the loop in which somebody was served, between two looks at the time
BUSY_BATCHES = 30  # sent in a row without the clock moving, after which polling costs virtual time
ENDLESS_BATCHES = 300  # at the moment up to which a run was to go, after which it ends all the same
LAST_BATCHES = 16  # at the same moment, of who only polls: each has seen then how things are
BUSY_NANOSECONDS = 25_000_000  # what each further batch costs while somebody else waits for the clock
IDLE_WAKES = 200  # in one run, of threads that a call left, after which the clock goes on in as many strides
REST_SECONDS = 0.5  # of processor time: how long a process that never rests holds up the others


class Simulation:
    """Actors, and what makes them go on."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.clock = kit.clock
        self.relay = kit.relay
        self.actors: dict[str, Actor] = {}
        self.watchers: list[Tell] = []
        self.relay.stirs = self._stir
        self.relay.gives_turn = kit.processor.give_turn
        self.observed = 0  # by how many that may miss no move: traces, counts of round trips
        self.waits = Waits(kit, self.actors, self.tell)
        self.deadlines = Deadlines(kit, self.actors)
        self.lurkers = Lurkers(kit, self.actors)
        self._batches = 0
        self._horizon: int | None = None  # of the run that is on
        self._idle_wakes = 0  # in it
        self._at_end = 0  # moves in it since the clock came to its end
        self._made = 0  # moves so far
        self._turns: dict[tuple[str, int], int] = {}  # each one's last move

    def admit(self, actor: Actor) -> None:
        """Take part, from now on."""
        self.deadlines.admit(actor)
        self.actors[actor.name] = actor

    def ask(self, actor: Actor, what: dict[str, Any], doing: Call | str) -> None:
        """Send an actor a request; nothing moves before the next run."""
        self._batches = 0  # who begins something isn't polling
        actor.ask(what, doing, time.monotonic())

    def run(
        self,
        until: Callable[[], bool],
        choose: Choose = first_move,
        horizon: int | None = None,
        *,
        freely: bool = False,
    ) -> None:
        """Make moves until ``until`` holds, nothing can happen any more, or the clock reaches ``horizon``.

        ``freely``: nobody asks where in between, so who is alone in going on needn't be held at each command.
        """
        self._batches, self._horizon = min(self._batches, BUSY_BATCHES), horizon
        began, self._idle_wakes = self.clock.now, 0
        self._at_end = 0
        self.lurkers.begin_run()
        while True:
            self.settle(until)
            if until():
                return
            if moves := self.moves():
                if self._goes_nowhere(moves):
                    return
                self.make_move(self._in_turn(moves) if choose is first_move else choose(moves))
                if freely and all(move.actor == moves[0].actor for move in moves):
                    self._let_go_on(moves[0].actor)
                continue
            if until():  # a callback that takes time has begun only now
                return
            timer = self.waits.next_timer()
            if timer is not None and (horizon is None or timer.due <= horizon):
                self._stride(began)
                self._reach(timer, freely=freely)
            elif not self._let_time_pass(began):
                return

    def _goes_nowhere(self, moves: Sequence[Move]) -> bool:
        """Whether the clock has come to the run's end, and those who go on would do so for ever."""
        if self._horizon is None or self.clock.now < self._horizon:
            return False
        if self._batches > ENDLESS_BATCHES:
            return True
        self._at_end += 1
        if self._at_end <= LAST_BATCHES:
            return False
        return all(move.link and self.actors[move.actor].polls(tuple(move.link.held)) for move in moves)

    def _stride(self, began: int) -> None:
        """Where nobody is in a call, let nobody hold up time by looking up again and again."""
        # A thread that listens for a message all day would be woken, and wait anew, a million times.
        if self._horizon is None or any(actor.busy and not actor.frozen for actor in self.actors.values()):
            return
        self._idle_wakes += 1
        if self._idle_wakes > IDLE_WAKES:
            stride = (self._horizon - began) // IDLE_WAKES
            self._move_clock(min(self._horizon, self.clock.now + stride))

    def _in_turn(self, moves: Sequence[Move]) -> Move:
        """First come, first served; where somebody asks without a pause, whoever waited for the longest."""
        if self._batches <= BUSY_BATCHES:
            return first_move(moves)
        return min(moves, key=lambda move: self._turns.get(move.who, 0))

    def advance(self, seconds: float) -> None:
        """Let virtual time go on by so much; whoever wakes on the way does what it does."""
        self.run(lambda: False, horizon=self.clock.now + int(seconds * NANOSECONDS), freely=True)

    def idle(self, choose: Choose = first_move) -> None:
        """Run until nobody can go on without the clock."""
        self.run(lambda: False, choose, horizon=self.clock.now, freely=choose is first_move)

    def _let_go_on(self, name: str) -> None:
        if not self.observed and self._batches <= BUSY_BATCHES:
            self._batches += self.go_on_freely(self.actors[name])

    def go_on_freely(self, actor: Actor) -> int:
        """Hold nothing of an actor, while nobody else goes on, until it waits for more than replies.

        Gives the round trips that it made.
        """
        first = self.relay.round_trips(actor.name)
        self.relay.passes = lambda link: (
            link.actor == actor.name and pass_single(link) and not self.clock.lags
        )
        self.deadlines.note_move()
        try:
            while self._is_free(actor) and self.relay.round_trips(actor.name) < first + BUSY_BATCHES:
                if not self.turn_soon():
                    break
                if actor.process.told:
                    self.take_answers()
                self.deadlines.step()
        finally:
            self.relay.passes = hold_all
            self.deadlines.note_move()
        return self.relay.round_trips(actor.name) - first

    def turn_soon(self) -> bool:
        """Serve who is ready within QUIET_SECONDS; who was sent something gets a turn before, as below."""
        self.kit.processor.give_turn()
        return self.kit.loop.turn(0) or self.kit.loop.turn(QUIET_SECONDS)

    def _is_free(self, actor: Actor) -> bool:
        # It waits for nothing but replies, on one connection: so there is but one order.
        return actor.busy and not actor.process.asks and self.relay.is_plain(actor.name)

    def settle(self, until: Callable[[], bool] = lambda: False) -> None:
        """Turn the loop until every actor is at rest, or ``until`` holds."""
        barrier = False
        while True:
            if self._serve():
                barrier = False
            self.take_answers()
            if until():
                return
            if not self._will_rest():
                self.kit.loop.turn(PAUSE_SECONDS)
                # A machine that is swamped lets nobody compute: then nothing has passed for the student.
                self.deadlines.watch(self.deadlines.steady_seconds)
            elif self._needs_barrier() and not barrier:
                # What one client's command sets free for another is on its way before these are answered.
                self.kit.admin.ask("PING")
                self.kit.admin.ask("PING")
                barrier = True
            elif not (self.kit.loop.turn(0) or self.lurkers.go_on_after_all()):
                return

    def _serve(self) -> bool:
        """Serve everybody until nobody has anything more; True where somebody had."""
        turns, began = 0, time.monotonic()
        while self._turn():
            turns += 1
            if turns % LONG_ROW == 0:
                self.take_answers()
                self.deadlines.watch(lambda: 0.0)
                if time.monotonic() - began > self.kit.bounds.call_seconds:
                    raise self.kit.trouble.restless()
        return turns > 0

    def _turn(self) -> bool:
        """Serve who is ready; who was sent something gets a turn before, which is cheaper than a look."""
        if any(actor.busy and actor.process.threads.stirred for actor in self.actors.values()):
            self.kit.processor.give_turn()
        return self.kit.loop.turn(0)

    def _needs_barrier(self) -> bool:
        return self.relay.streaming or bool(self.relay.waiting())

    def _at_rest(self) -> bool:
        for link in self.relay.waiting():
            if link.blocks_for is None and not self.actors[link.actor].dead:
                return False
        rested = all(self._rests(actor) for actor in self.actors.values())
        return rested or self.deadlines.steady_seconds() > REST_SECONDS

    def _will_rest(self) -> bool:
        """Whether all are at rest now, or as soon as they had another turn."""
        for _ in range(LOOKS):
            if self._at_rest():
                return True
            if not self.kit.processor.give_turn():
                return False
        return False

    def _stir(self, actor: str) -> None:
        if actor in self.actors:  # anybody may connect to the address of one who is yet to come
            self.actors[actor].process.threads.stir()

    def _rests(self, actor: Actor) -> bool:
        if actor.dead:
            return True
        threads = actor.process.threads
        # Where nothing is asked of it, its own thread and the side channel's only read: it will rest.
        return threads.at_rest() or (actor.idle and threads.count <= OWN_THREADS)

    def take_answers(self) -> None:
        """Take in what came as answers; raises StudentFault for an actor that died or misbehaved."""
        for actor in self.actors.values():
            if actor.process.misbehaved and not actor.dead:
                raise self.kit.trouble.misbehaved(actor)
            if actor.busy:
                actor.answer = actor.process.answer()
                if actor.answer is None and actor.process.gone:
                    raise self.kit.trouble.died(actor)

    def moves(self) -> list[Move]:
        """What can happen next, in a fixed order: by actor, connections before callbacks."""
        found = []
        held = self.relay.held()
        for name, actor in sorted(self.actors.items()):
            if actor.frozen or actor.dead:
                continue
            found += [Move(name, link=link) for link in held if link.actor == name]
            for ask in list(actor.process.asks.values()):
                if ask.until < 0 and ask.number not in actor.served and not self.waits.defer(actor, ask):
                    found.append(Move(name, ask=ask))
        return found

    def make_move(self, move: Move) -> None:
        """Let one thing happen; the caller settles afterwards."""
        self.deadlines.note_move()
        self._made += 1
        self._turns[move.who] = self._made
        actor = self.actors[move.actor]
        if move.link is not None:
            self._count_batch(actor, move.link)
            if self.clock.lags and not self._watches():
                self.clock.align()  # an expiry that is set now counts from now
            if move.dies:
                self.relay.mute(actor.name)  # it dies before the replies get there
            self.tell(actor.name, "sends", tuple(move.link.held[: move.count]))
            self.relay.release(move.link, move.count)
        elif move.ask is not None:
            self.tell(actor.name, "answered", None)
            self.waits.reply(actor, move.ask)

    def _count_batch(self, actor: Actor, link: Link) -> None:
        # Code that polls without sleeping would keep the clock from ever moving.
        self._batches += 1
        if self._batches <= BUSY_BATCHES:
            return
        again = actor.asks_again(tuple(link.held))
        # With the clock move the expiries, and a WATCH takes that for a change of its keys.
        move = self.clock.creep_to if self._watches() else self.clock.move_to
        timer = self.waits.next_timer()
        step = self.clock.now + BUSY_NANOSECONDS
        if self._horizon is not None:
            step = min(step, self._horizon)
        if timer is not None:
            move(min(timer.due, step))
            if timer.due <= self.clock.now:
                self._fire(timer)
        elif again:
            # Nobody waits for the clock, but a long row of different commands is no polling.
            move(step)

    def _watches(self) -> bool:
        """Whether somebody who can go on is between WATCH and EXEC."""
        names = (name for name, actor in self.actors.items() if not (actor.frozen or actor.dead))
        return any(link.watching for name in names for link in self.relay.links(name))

    def _reach(self, timer: Timer, *, freely: bool) -> None:
        self._move_clock(timer.due)
        self._fire(timer)
        if freely:
            self._let_go_on(timer.actor)

    def _fire(self, timer: Timer) -> None:
        self._batches = 0
        self.deadlines.note_move()
        timer.fire()

    def _move_clock(self, moment: int) -> None:
        if moment > self.clock.now:
            self.tell("", "clock", (moment - self.clock.now) / NANOSECONDS)
        self.clock.move_to(moment)

    def _let_time_pass(self, began: int) -> bool:
        """Go to the run's end, or wait for real where it has none; False where it is over."""
        if self._horizon is None:
            return self._pass_real_time()
        self._move_clock(self._horizon)
        return began < self._horizon and self.lurkers.wake_for_real()

    def _pass_real_time(self) -> bool:
        """Wait for what can't be seen coming; False where nobody is in a call."""
        if not any(actor.busy and not actor.frozen for actor in self.actors.values()):
            return False
        self.kit.loop.turn(0.005)
        for actor in self.actors.values():
            actor.process.threads.stir()  # a timer of the machine's own may have woken anybody
        self.deadlines.watch(self.deadlines.quiet_seconds)
        return True

    def tell(self, actor: str, event: str, what: object) -> None:
        """Tell all watchers what an actor does."""
        for watcher in self.watchers:
            watcher(actor, event, what)
