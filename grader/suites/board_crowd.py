"""A large board with many ties, put there by the student's own methods or as they would have.

Theory of operation. A few of 1,200 players are submitted one by one; where all that this leaves on the
server is sorted sets with a member and a score for each of them, the others are put beside them by the
grader's own connection, in milliseconds. Anything else, and any check that a board made so fails, is tried
on a board that the student's submit has filled whole, and only this one counts. The ties are larger than
what a right reading method may read. A board that would take seconds to fill so is filled the short way or
left out; only where it failed the student's submit fills it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from random import Random

from grader.interleave.calls import StudentFault
from grader.proxy.resp import ReplyError
from grader.results import Outcome
from grader.suites.board_model import BoardModel, Entry
from grader.suites.expect import CheckFailedError
from grader.suites.lab import Lab, StandIn

SAMPLE = 30
SLICE = 1_000  # members in one ZADD
MOST_KEYS = 300  # of a board that is kept for the next check
NAME = "crowd"
# How many players share which score; the others have one of their own.
PLAYERS, TIES = 1_200, {900.5: 500, 500.25: 600, -3.5: 30}
# A smaller board with a ttl: its players are still more than a right reading method may read for a few.
TIMED_PLAYERS, TIMED_TIE, TIMED = 400, 150, 900
# More than a module may think that any board has.
HUGE = 10_050
# The same for every submission, so that it is made once.
SEED = 91

Encode = Callable[[str], bytes]
CODES: tuple[Encode, ...] = (str.encode, lambda name: name.encode().hex().encode())


@dataclass(frozen=True)
class Layout:
    """How a sorted set holds the scores."""

    key: str
    encode: Encode
    sign: float


@dataclass(frozen=True)
class Crowd:
    """The players, in the order in which they come and in board order."""

    players: list[tuple[str, float]]
    entries: list[Entry]

    @property
    def board(self) -> BoardModel:
        """What a board of these players does."""
        return BoardModel(self.players)

    def tied(self, score: float) -> range:
        """The places of those who share a score, from 0."""
        places = [place for place, entry in enumerate(self.entries) if entry[2] == score]
        return range(places[0], places[-1] + 1)


Ask = Callable[[StandIn], None]


@dataclass
class CrowdedBoard:
    """Fills boards for one submission's checks; remembers which way serves, and what filled the server."""

    crowd: Crowd
    ttl: int | None = None
    is_huge: bool = False  # filled the short way or not at all
    by_hand: bool = False  # the short way does not serve
    unknown: bool = False  # how the student's code stores a board
    dump: list[tuple[str, bytes]] = field(default_factory=list)

    def check(self, lab: Lab, ask: Ask) -> None:
        """Ask questions of a board; a failure counts on one that the student's own methods filled."""
        if not self.by_hand and self._serves(lab, ask):
            return
        if self.is_huge and not self.by_hand and self.unknown:
            return
        if not self.by_hand:
            self.by_hand, self.dump = True, []
        ask(self._board(lab, lambda board: board.submit.many(self.crowd.players)))

    def _serves(self, lab: Lab, ask: Ask) -> bool:
        """Whether a board could be filled the short way, and gave the right answers."""
        try:
            ask(self._board(lab, lambda board: self._fill(lab, board)))
        except _UnknownLayoutError:
            self.unknown = True
            return False
        except (CheckFailedError, ReplyError):
            return False
        except StudentFault as fault:
            if fault.outcome is not Outcome.ERRORED:
                raise
            return False
        return True

    def _board(self, lab: Lab, fill: Callable[[StandIn], None]) -> StandIn:
        """A filled board in a process of its own; nothing of the filling is evidence."""
        lab.empty()
        timed = {} if self.ttl is None else {"ttl": self.ttl}
        # All objects of one board are made with the same time-to-live.
        name = NAME if self.ttl is None else f"{NAME} for a time"
        board = lab.new("board", name, actor=lab.enter(), **timed)
        if self.dump:
            admin = lab.stage.kit.admin
            admin.ask_all([("RESTORE", key, 0, payload, "REPLACE") for key, payload in self.dump])
        else:
            fill(board)
            self.dump = [] if self.is_huge else dumped(lab)
        lab.evidence_from = lab.stage.relay.last_number
        return board

    def _fill(self, lab: Lab, board: StandIn) -> None:
        board.submit.many(self.crowd.players[:SAMPLE])
        for layout in layouts_of(lab, self.crowd.players[:SAMPLE], timed=self.ttl is not None):
            put(lab, layout, self.crowd.players[SAMPLE:-1])
        # One more comes the usual way: who keeps only the best shall find out how many there are.
        board.submit.many(self.crowd.players[-1:])


class _UnknownLayoutError(Exception):
    """The grader can't tell how the student's code stores a board."""


@cache
def crowded_board() -> CrowdedBoard:
    """The one of this process, which grades one submission."""
    rand = Random(SEED)  # noqa: S311 - data for checks, not secrets
    scores = [score for score, count in TIES.items() for _ in range(count)]
    scores += [rand.uniform(-1000, 900) for _ in range(PLAYERS - len(scores))]
    return CrowdedBoard(_gather(scores, rand))


@cache
def plain_board() -> CrowdedBoard:
    """One without ties, fractions and scores below 0; the last has a score of 1."""
    scores = [float(score) for score in range(1, PLAYERS + 1)]
    return CrowdedBoard(_gather(scores, Random(SEED)))  # noqa: S311 - the same


@cache
def timed_crowd() -> CrowdedBoard:
    """One with a ttl: what reads in proportion without one may read all with one."""
    rand = Random(SEED)  # noqa: S311 - the same
    scores = [500.25] * TIMED_TIE + [rand.uniform(-1000, 900) for _ in range(TIMED_PLAYERS - TIMED_TIE)]
    return CrowdedBoard(_gather(scores, rand), ttl=TIMED)


@cache
def huge_board() -> CrowdedBoard:
    """One with more players than others have, about whom nobody asks but for their number."""
    return CrowdedBoard(Crowd([(f"p{score}", float(score)) for score in range(HUGE)], []), is_huge=True)


def _gather(scores: list[float], rand: Random) -> Crowd:
    rand.shuffle(scores)
    names = rand.sample(range(10**7), len(scores))
    players = [(f"p{name}", score) for name, score in zip(names, scores, strict=True)]
    return Crowd(players, BoardModel(players).entries())


def layouts_of(lab: Lab, players: list[tuple[str, float]], *, timed: bool = False) -> list[Layout]:
    """How each key holds these players; raises where one holds anything else."""
    found = []
    for state in lab.keys():
        plain = state.type == "zset" and (state.ttl is not None) == timed
        layout = layout_of(lab, state.key, players) if plain else None
        if layout is None:
            raise _UnknownLayoutError
        found.append(layout)
    if not found:
        raise _UnknownLayoutError
    return found


def layout_of(lab: Lab, key: str, players: list[tuple[str, float]]) -> Layout | None:
    """How a sorted set holds these players; None where it holds anything else."""
    reply = lab.stage.kit.admin.ask("ZRANGE", key, 0, -1, "WITHSCORES")
    assert isinstance(reply, list)
    held = dict(zip(reply[::2], (float(bytes(score)) for score in reply[1::2]), strict=True))
    for encode in CODES:
        for sign in (1.0, -1.0):
            if held == {encode(player): sign * score for player, score in players}:
                return Layout(key, encode, sign)
    return None


def put(lab: Lab, layout: Layout, players: list[tuple[str, float]]) -> None:
    """Put players into a sorted set."""
    words: list[bytes] = []
    for player, score in players:
        words += (b"%r" % (layout.sign * score), layout.encode(player))
    slices = [words[first : first + 2 * SLICE] for first in range(0, len(words), 2 * SLICE)]
    lab.stage.kit.admin.ask_all([("ZADD", layout.key, *part) for part in slices])


def dumped(lab: Lab) -> list[tuple[str, bytes]]:
    """Everything on the server, to be put there again; [] where that isn't all that there is to it."""
    states = lab.keys()
    if not 0 < len(states) <= MOST_KEYS or any(state.ttl is not None for state in states):
        return []
    payloads = lab.stage.kit.admin.ask_all([("DUMP", state.key) for state in states])
    pairs = zip(states, payloads, strict=True)
    found = [(state.key, payload) for state, payload in pairs if isinstance(payload, bytes)]
    return found if len(found) == len(states) else []
