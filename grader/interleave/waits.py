"""What the actors of a stage wait for besides Valkey: callbacks' replies, and moments of virtual time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from grader.clock import NANOSECONDS
from grader.interleave.actor import Actor
from grader.interleave.kit import Kit, Tell
from grader.sandbox.process import Ask

FOREVER = 100 * 365 * 86_400 * NANOSECONDS  # who waits for longer is never woken


@dataclass(frozen=True)
class Timer:
    """A moment that somebody waits for."""

    due: int  # virtual nanoseconds
    actor: str
    order: int  # among those that are due together
    fire: Callable[[], None]


@dataclass(frozen=True)
class Computed:
    """A callback that the student's code called, and when, in virtual seconds that somebody waited for."""

    actor: str
    name: str
    begin: float


class Waits:
    """All that is waited for on one stage."""

    def __init__(self, kit: Kit, actors: Mapping[str, Actor], tell: Tell) -> None:
        self.computed: list[Computed] = []
        self._kit = kit
        self._actors = actors
        self._tell = tell
        self._deferred: dict[tuple[str, int], Timer] = {}
        self._blocked: dict[int, int] = {}

    def defer(self, actor: Actor, ask: Ask) -> bool:
        """True where a callback takes virtual time: its reply becomes a timer."""
        compute = actor.computes.get(ask.callback)
        if compute is None:
            return False
        key = (actor.name, ask.number)
        if key not in self._deferred:
            self.computed.append(Computed(actor.name, ask.callback, self._kit.clock.waited))
            self._tell(actor.name, "computes", compute)
            due = self._kit.clock.now + int(compute.takes * NANOSECONDS)
            self._deferred[key] = Timer(due, actor.name, ask.number, lambda: self.reply(actor, ask))
        return compute.takes > 0

    def reply(self, actor: Actor, ask: Ask) -> None:
        """Answer a callback with what it gives."""
        actor.served.add(ask.number)
        self._deferred.pop((actor.name, ask.number), None)
        compute = actor.computes.get(ask.callback)
        if compute is None:
            actor.process.reply(ask.number, {"value": None})
        elif compute.raises is not None:
            actor.process.reply(ask.number, {"raise": list(compute.raises)})
        else:
            actor.process.reply(ask.number, {"value": actor.encode(compute.value)})

    def timers(self) -> list[Timer]:
        """Every moment that somebody on the stage waits for, earliest first."""
        found = [t for t in self._deferred.values() if not self._out(t.actor)]
        for name, actor in self._actors.items():
            if not self._out(name):
                found += [self._wake(actor, ask) for ask in actor.process.asks.values() if ask.until >= 0]
        found += self._unblocks()
        near = [timer for timer in found if timer.due - self._kit.clock.now < FOREVER]
        return sorted(near, key=lambda timer: (timer.due, timer.actor, timer.order))

    def _out(self, name: str) -> bool:
        return self._actors[name].frozen or self._actors[name].dead

    def _wake(self, actor: Actor, ask: Ask) -> Timer:
        return Timer(ask.until, actor.name, ask.number, lambda: actor.process.wake(ask.number))

    def _unblocks(self) -> list[Timer]:
        found = []
        for link in self._kit.relay.waiting():
            seconds = link.blocks_for
            if seconds is None or seconds == float("inf") or self._out(link.actor):
                continue
            since = self._blocked.setdefault(link.flight[0].number, self._kit.clock.now)
            unblock = partial(self._unblock, link.client_id)
            found.append(Timer(since + int(seconds * NANOSECONDS), link.actor, link.number, unblock))
        return found

    def _unblock(self, client_id: int) -> None:
        self._kit.admin.ask("CLIENT", "UNBLOCK", client_id, "TIMEOUT")

    def next_timer(self) -> Timer | None:
        """The earliest moment that somebody waits for."""
        return next(iter(self.timers()), None)
