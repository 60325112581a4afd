"""Whoever is in a call and waits for nothing that can be seen: nothing held, nothing asked, no wake-up."""

import time
from collections.abc import Mapping

from grader.interleave.actor import Actor
from grader.interleave.kit import Kit

LURK_SECONDS = 0.05  # for one who may only have lost its processor
LOOKS_UP_SECONDS = 1.0  # by the machine's clock: how often who waits for real looks up, at the least
TURN_SECONDS = 0.005


class Lurkers:
    """Waits for such actors of a stage, for a while."""

    def __init__(self, kit: Kit, actors: Mapping[str, Actor]) -> None:
        self._kit = kit
        self._actors = actors
        self._woken: set[str] = set()  # in the run that is on, who waited for real

    def begin_run(self) -> None:
        """From now on each may wake once more."""
        self._woken.clear()

    def go_on_after_all(self) -> bool:
        """Whether somebody sends who seems to be at rest.

        Nobody in a call should; where the kernel doesn't say at which place a thread is asleep (see
        ``Threads``), whoever seems to may only have lost its processor on a busy machine.
        """
        return self._wait_for(self._lurking(), LURK_SECONDS)

    def wake_for_real(self) -> bool:
        """Whether somebody goes on who waits in a way that knows nothing of virtual time; each does so once.

        That is a lock of multiprocessing's, say, or a socket's own time-out. Who waits so looks up as often
        as anybody, but by the machine's clock; in virtual time that has moved on, it would be late.
        """
        lurking = [actor for actor in self._lurking() if actor.name not in self._woken]
        if not self._wait_for(lurking, LOOKS_UP_SECONDS):
            return False
        self._woken.update(actor.name for actor in lurking if not self._lurks(actor))
        return True

    def _wait_for(self, lurking: list[Actor], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while lurking and time.monotonic() < end:
            if self._kit.loop.turn(TURN_SECONDS):
                return True
        return False

    def _lurking(self) -> list[Actor]:
        return [actor for actor in self._actors.values() if self._lurks(actor)]

    def _lurks(self, actor: Actor) -> bool:
        relay = self._kit.relay
        if not actor.busy or actor.frozen or actor.process.asks or relay.is_muted(actor.name):
            return False
        return not any(link.held or link.flight or link.streaming for link in relay.links(actor.name))
