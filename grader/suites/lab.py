"""What a check is handed: the student's objects as stand-ins, the clock, the traffic, races and crashes."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from grader.admin import FORGET
from grader.clock import LAG_MS
from grader.errors import FloodError
from grader.interleave.actor import Actor
from grader.interleave.calls import Answer, Call, Compute, Raised, StudentFault
from grader.interleave.crash import crash_everywhere
from grader.interleave.explorer import Ending, Explorer, Judge, Scenario
from grader.interleave.moves import Choose, first_move
from grader.interleave.stage import Stage
from grader.interleave.trace import Trace
from grader.interleave.waits import Computed
from grader.proxy.recording import Recording
from grader.results import Crash, KeyState, Outcome, Schedule, Value
from grader.suites.clues import Lost, Pick
from grader.suites.expect import CheckFailedError, sentence
from grader.suites.expiries import refusal
from grader.suites.heard import Executions, Traffic
from grader.suites.keys import eternal_fields, lengths, read_keys, stored_bytes
from grader.suites.sequential import Sequential
from grader.suites.stand_ins import BATCH, Calling, Calls, Pending, StandIn
from grader.suites.steps import may_write
from grader.suites.subject import Subject
from grader.suites.tap import Mark, Tap, TapClosedError

FEW_ORDERS = 20  # of a race, where the submission's other checks took so long that little time is left
A_FIELD = "An expiry on every field of a hash counts as one: here the field in brackets has none."


class ModuleFault(StudentFault):
    """The student's module can't be used at all: no other check of the exercise needs to find out."""


class Lab(Calling):
    """One check's laboratory."""

    def __init__(self, stage: Stage, subject: Subject, seed: int, schedules: int) -> None:
        super().__init__(stage)
        self.random = random.Random(seed)  # noqa: S311 - data for checks, not secrets
        self.schedules = 0  # orders and crashes tried so far
        self.schedule: Schedule | None = None
        self.crash: Crash | None = None
        self.evidence_from = 0  # commands with a higher number are shown as evidence
        self.evidence_to = 0  # and none with a higher number than this, where it is set
        self._subject = subject
        self._limit = schedules
        self.clock_steps: list[tuple[int, float]] = []  # after which command, by how many seconds
        stage.watchers.append(self._hear)
        self._explorer = Explorer(stage, subject.exercise.class_name, self.enter)
        self._victim: Actor | None = None

    def _hear(self, actor: str, event: str, what: Any) -> None:
        del actor
        if event == "clock":
            self.clock_steps.append((self.stage.relay.last_number, what))

    # Objects

    def enter(self, like: Actor | None = None) -> Actor:
        """A new caller: a process of its own with the student's module in it; with ``like`` a twin.

        Twins have one clock, and random gives them the same: only what nobody can guess is another.
        """
        actor = self.stage.enter(_actor_name(len(self.stage.actors)), like)
        exercise, file = self._subject.exercise, self._subject.file
        answer = self.stage.load(actor, file, exercise.class_name)
        if isinstance(answer, Raised):
            fault = ModuleFault(
                Outcome.ERRORED, f"{file} can't be imported: {answer}", call=f"import {exercise.id}"
            )
            fault.raised = answer
            raise fault
        if answer.value != [True, True]:
            raise ModuleFault(Outcome.ERRORED, f"{file} has no class {exercise.class_name}.")
        return actor

    def _first_actor(self) -> Actor:
        return next(iter(self.stage.actors.values()), None) or self.enter()

    def new(self, name: str, *args: Any, actor: Actor | None = None, **kwargs: Any) -> StandIn:
        """An object of the student's class, called ``name``; the first actor has it unless one is given."""
        owner = actor or self._first_actor()
        call = Call(self._subject.exercise.class_name, args, kwargs, name)
        self.last_call = str(call).partition(".")[2]
        self.stage.expect_made(owner, name, call)
        return StandIn(self, owner, name)

    def new_each(self, name: str, firsts: Iterable[str], **kwargs: Any) -> dict[str, StandIn]:
        """An object of the first actor's for each first argument, by that argument; made in few messages.

        They are called name0, name1 and so on.
        """
        owner = self._first_actor()
        kind = self._subject.exercise.class_name
        args = {first: f"{name}{n}" for n, first in enumerate(dict.fromkeys(firsts))}
        calls = [(on, Call(kind, (first,), kwargs, on)) for first, on in args.items()]
        for begin in range(0, len(calls), BATCH):
            some = calls[begin : begin + BATCH]
            self.last_call = doing = f"{kind}(...), called {len(some)} times"
            self.stage.in_a_row(owner, some, doing=doing)
        return {first: StandIn(self, owner, on) for first, on in args.items()}

    def try_new(self, *args: Any, **kwargs: Any) -> Answer:
        """What becomes of making an object, an exception included."""
        owner = self._first_actor()
        call = Call(self._subject.exercise.class_name, args, kwargs, "it")
        self.last_call = str(call).partition(".")[2]
        return self.stage.make(owner, "it", call)

    def together(self, actor: Actor, calls: Sequence[Call], choose: Choose = first_move) -> list[Answer]:
        """Make calls at the same time, each in a thread of its own in one process."""
        self.last_call = f"{len(calls)} threads, each in {calls[0]}"
        self.stage.begin_together(actor, calls)
        return self.stage.finish_together(actor, choose)

    # Time

    def advance(self, seconds: float) -> None:
        """Let virtual time go on by so much."""
        self.stage.advance(seconds)

    def idle(self) -> None:
        """Let everybody go on as far as they can at this moment."""
        self.stage.idle(first_move)

    @property
    def now(self) -> float:
        """Virtual seconds since the check began."""
        return self.stage.clock.seconds

    @property
    def waited(self) -> float:
        """Virtual seconds that somebody waited for: what a busy machine added is left out."""
        return self.stage.clock.waited

    @property
    def computed(self) -> list[Computed]:
        """Every call of a ``Compute`` so far."""
        return self.stage.waits.computed

    # The server

    @contextmanager
    def tap(self) -> Iterator[Executions]:
        """What Valkey executes inside the ``with``, in scripts and functions too."""
        trouble = self.stage.kit.trouble
        executions = Executions(self.stage.kit.admin)
        with Tap(trouble.address, trouble.login) as tap:
            yield executions
            mark = Mark.new()
            self.stage.kit.admin.ask("ECHO", mark.token)
            try:
                executions.executed = tap.collect(mark)
            except TapClosedError:
                self.stage.kit.admin.ask("PING")  # raises where Valkey itself is gone
                raise FloodError("more to execute than can be listened to") from None

    def empty(self) -> None:
        """Empty the database; scripts and functions stay, as they do on a server that lives."""
        self.stage.clock.empty()

    def renew(self) -> None:
        """As if on a server that has just begun: no scripts and functions either."""
        self.empty()
        self.stage.kit.admin.ask_all(list(FORGET.values()))

    @contextmanager
    def traffic(self) -> Iterator[Traffic]:
        """What the student's code sends inside the ``with``."""
        traffic, relay = Traffic(), self.stage.relay
        before, unpaired = relay.last_number, relay.unpaired
        self.stage.observed += 1
        yield traffic
        self.stage.observed -= 1
        traffic.recording = relay.recording().since(before)
        traffic.unpaired = relay.unpaired - unpaired

    @property
    def last_number(self) -> int:
        """The number of the command that was sent last."""
        return self.stage.relay.last_number

    def sent_since(self, number: int = 0) -> Recording:
        """What was sent after the command of that number: for a hint, and unlike traffic at no cost."""
        return self.stage.relay.recording().since(number)

    def keys(self) -> list[KeyState]:
        """Every key that is on the server now, with its expiry."""
        return read_keys(self.stage.kit.admin, self._behind())

    def lengths(self, kind: str) -> list[tuple[KeyState, int]]:
        """Every hash, or sorted set (``zset``), and how many fields or members it has now."""
        return lengths(self.stage.kit.admin, kind, self._behind())

    def stored_bytes(self) -> int:
        """How many bytes all keys and their values have now, expired ones left out."""
        self.stage.clock.align()
        return stored_bytes(self.stage.kit.admin)

    def _behind(self) -> int:
        """By how many milliseconds the server sees every expiry too early: to move them would take longer."""
        clock = self.stage.clock
        if not 0 <= clock.behind_ms <= LAG_MS:
            clock.align()
        return clock.behind_ms

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Calls inside the ``with`` are for a hint alone: the evidence ends before the first of them."""
        call, self.evidence_to = self.last_call, self.evidence_to or self.stage.relay.last_number
        yield
        self.last_call = call

    def eternal_keys(self) -> list[str]:
        """The names of the keys that have no expiry."""
        return [state.key for state in self.keys() if state.ttl is None]

    def expect_every_key_expires(self, hint: str = "") -> None:
        """No key is without an expiry."""
        if eternal := self.eternal_keys():
            fields = eternal_fields(self.stage.kit.admin, eternal[0])
            field = f" ({fields[0]!r})" if fields else ""
            others = "".join(f", {one!r}" for one in eternal[1:5])
            raise CheckFailedError(
                "A key was left without an expiry.",
                sentence("every key has an expiry"),
                sentence(f"no expiry on {eternal[0]!r}{field}{others}"),
                A_FIELD if fields else self.why_eternal(eternal[0]) or hint,
            )

    def why_eternal(self, key: str = "") -> str:
        """A hint where a key without an expiry, or this one, was to get one by an EXPIRE that answered 0."""
        eternal = [key] if key else self.eternal_keys()
        return next(filter(None, map(self.refused_expiry, eternal)), "")

    def refused_expiry(self, key: str = "") -> str:
        """A hint where an EXPIRE of the key, or of any, answered 0 in the last batch that wrote."""
        admin = self.stage.kit.admin
        return refusal(self.stage.relay.recording(), lambda name: may_write(admin, name), key)

    # Races and crashes

    def race(self, scenario: Scenario, judge: Judge, hint: str | Pick = "", most: int | None = None) -> int:
        """Try every order of the scenario's calls; ``judge`` gives a sentence for an ending that is wrong.

        Gives how many orders that were.

        ``most`` bounds the orders tried below what the settings say; ``hint`` may pick one by what was seen,
        and a sharper sentence with it.
        """
        few = FEW_ORDERS if self.stage.kit.trouble.is_short_of_time() else self._limit
        self.last_call = " beside ".join(map(str, scenario.together))
        found = self._explorer.explore(scenario, judge, min(self._limit, few, most or self._limit))
        self.schedules += found.tried
        if (failure := found.failure) is None:
            return found.tried
        self.evidence_from = failure.trace.first_number
        steps, verdict = failure.trace.steps(failure.turning), failure.verdict
        if not isinstance(hint, str):
            lost = Lost(
                steps, self.sent_since(self.evidence_from), failure.ending, verdict, failure.trace.seconds
            )
            told = hint(lost)
            verdict, hint = (verdict, told) if isinstance(told, str) else told
        self.schedule = Schedule(
            tuple(sorted(self.stage.actors)),
            steps,
            failure.choices,
            found.tried,
            found.bounded,
            verdict,
        )
        expected = judge.expected if isinstance(judge, Sequential) else None
        raise CheckFailedError(verdict, expected, _seen(scenario, failure.ending), hint)

    def victim(self) -> Actor:
        """A caller to be killed: the last one where it survived, else a new one."""
        if self._victim is None or self._victim.dead:
            self._victim = self.enter()
        return self._victim

    def crash_in(
        self,
        prepare: Callable[[], tuple[StandIn, Call]],
        judge: Callable[[], str],
        hint: str | Callable[[], str] = "",
    ) -> None:
        """Kill the victim after each of its commands; ``judge`` gives a sentence for what is left wrong."""
        fatal = ""

        def begin() -> tuple[Actor, Call]:
            nonlocal fatal
            victim, call = prepare()
            fatal = self.last_call = str(call)
            return victim.actor, call

        found = crash_everywhere(self.stage, begin, judge)
        self.schedules += found.tried
        if (crashed := found.crashed) is None:
            return
        self.evidence_from, self.last_call = crashed.trace.first_number, fatal
        steps = crashed.trace.steps()
        self.crash = Crash(crashed.after_command, crashed.command, tuple(self.keys()))
        self.schedule = Schedule(tuple(sorted({s.actor for s in steps} - {""})), steps, (), found.tried)
        told = hint if isinstance(hint, str) else hint()
        raise CheckFailedError(crashed.verdict, None, None, told)

    def kill(self, victim: StandIn) -> None:
        """Kill a caller's process as ``kill -9`` does."""
        self.stage.kill(victim.actor)

    def freeze(self, stand_in: StandIn) -> None:
        """Stop a caller's process from having any effect, until it is thawed."""
        stand_in.actor.frozen = True

    def thaw(self, stand_in: StandIn) -> None:
        """Let a frozen caller go on."""
        stand_in.actor.frozen = False

    def trace(self) -> Trace:
        """Listen to the stage from here on; for evidence."""
        return Trace(self.stage)


def _actor_name(number: int) -> str:
    """A, B ... Z, A1, B1 ...: sorts by age in a check of the usual size."""
    letter, turn = chr(ord("A") + number % 26), number // 26
    return f"{letter}{turn or ''}"


def _seen(scenario: Scenario, ending: Ending) -> Value:
    """What each call gave, a line for each, as in what is expected."""
    calls, answers = (*scenario.together, *scenario.look), (*ending.answers, *ending.look)
    rows = [f"{call} → {answer}".replace("\n", " ") for call, answer in zip(calls, answers, strict=True)]
    return sentence("\n".join(rows))


__all__ = ["Calls", "Compute", "Executions", "Lab", "Pending", "Scenario", "StandIn", "Traffic"]
