"""Holds each call to its deadline, and lets virtual time pass where nothing else happens."""

import time
from collections.abc import Callable, Mapping

from grader.clock import NANOSECONDS
from grader.interleave.actor import Actor
from grader.interleave.kit import Kit

LONG_SECONDS = 0.02  # that nothing happened, after which the student's code has its processor alone
WATCH_SECONDS = 0.01  # from one look at the time to the next
STALL_SECONDS = 0.25  # of waiting for what can't be seen, or of computing, after which virtual time passes
GRAIN_SECONDS = 0.05  # of computing that one look can add: a machine that is stolen charges more at once
LONGEST_CALL = 3  # times the limit for a call that gets nowhere: one that never ends, yet always goes on
LONGEST_STARVED_CALL = 6  # times the limit, where it got less than half of it in processor time


class Deadlines:
    """Knows when something last happened on a stage, and what its actors have computed since."""

    def __init__(self, kit: Kit, actors: Mapping[str, Actor]) -> None:
        self._kit = kit
        self._actors = actors
        self._moved = time.monotonic()  # when something last happened
        self._watched = 0.0  # when time was last looked at
        self._drifted = 0.0
        self._used = 0.0  # processor time of all actors at the last move
        self._looked = 0.0  # computed since then, when last looked at
        self._steady = 0.0  # the same, but for what came too much at once

    def admit(self, actor: Actor) -> None:
        """Count an actor from now on."""
        self._used += actor.process.threads.cpu_seconds

    def note_move(self) -> None:
        """Something happened just now: what follows is counted from here."""
        self._kit.processor.come()
        self._moved = time.monotonic()
        self._used += self.computed_seconds()
        self._looked = self._steady = 0.0

    def step(self) -> None:
        """Something happened again, soon after what did before: watch, as nobody waits."""
        self._moved = now = time.monotonic()
        if now - self._watched >= WATCH_SECONDS:
            self.watch(lambda: 0.0)

    def computed_seconds(self) -> float:
        """Processor time that the actors have used since the last move."""
        return sum(actor.process.threads.cpu_seconds for actor in self._actors.values()) - self._used

    def steady_seconds(self) -> float:
        """The same as one look after the other has seen it grow."""
        computed = self.computed_seconds()
        self._steady += min(max(0.0, computed - self._looked), GRAIN_SECONDS)
        self._looked = computed
        return self._steady

    def quiet_seconds(self) -> float:
        """Real time since something last happened."""
        return time.monotonic() - self._moved

    def watch(self, passed: Callable[[], float]) -> None:
        """Look at the time, now and then; raises StudentFault for a call that is past its deadline.

        ``passed`` says for how many seconds the student's code would notice that nothing happened.
        """
        now = time.monotonic()
        if now - self._watched < WATCH_SECONDS:
            return
        self._watched = now
        if now - self._moved > LONG_SECONDS:
            self._kit.processor.leave()
        trouble = self._kit.trouble
        if trouble.is_used_up():
            raise trouble.used_up(self._actors)
        for actor in self._actors.values():
            actor.process.threads.at_rest()  # so that what it computed is known, and counted to this call
            if actor.busy and not actor.frozen and self._is_stuck(actor, now):
                raise trouble.timed_out(actor)
        trouble.watch_server(self._actors)
        trouble.watch_memory(self._actors)
        if passed() > STALL_SECONDS:
            self._kit.clock.drift(int((now - max(self._moved, self._drifted)) * NANOSECONDS))
            self._drifted = now

    def _is_stuck(self, actor: Actor, now: float) -> bool:
        """Whether a call is past its deadline; one that a busy machine lets compute little has longer."""
        limit = self._kit.bounds.call_seconds
        quiet, long = now - max(actor.began, self._moved), now - actor.began
        if quiet <= limit and long <= LONGEST_CALL * limit:
            return False
        rests = actor.process.threads.look()
        computed = actor.computed_seconds > limit / 2
        return computed or (rests and quiet > limit) or long > LONGEST_STARVED_CALL * limit
