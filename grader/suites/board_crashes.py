"""Checks of expiries that are set with the data, of crashes, and of boards that run out in mid-call."""

from collections.abc import Callable
from random import Random

from grader.interleave.calls import Answer, Call, Raised, show
from grader.suites.board_expiry import EARLY, NOBODY, Ends, read_all
from grader.suites.board_hints import SIZE
from grader.suites.board_lapse import lapse_everywhere
from grader.suites.board_model import BoardModel
from grader.suites.board_races import left_eternal
from grader.suites.board_readers import misread
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, sentence
from grader.suites.lab import Calls, Lab, StandIn
from grader.suites.names import word, words
from grader.suites.steps import writing_steps

TTL = 100
# A board has so many seconds left when a caller stops for a moment; a lock that the caller holds has more.
LEFT, LAPSE = 2, 4
PLAYERS = ("ann", "bob")
Ending = tuple[object, BoardModel]  # what a call gives, and the board afterwards
NEEDS = ("every_key_expires", "remove_says_whether_it_was_there")
it = Calls("board")
MADE = "Making a board left a key that never expires: with a ttl every key has an expiry from its beginning."
HELPERS = "Helper keys get what is left of the board's own time, also when they come later."
STEP = (
    "A key and its expiry go in one atomic step: one command, MULTI/EXEC, a script or a function; a plain "
    "pipeline is not one."
)
READS = (it.rank("ann"), it.around("ann"), it.top(), it.between(0.0, 9.0))


def on_model(model: BoardModel, call: Call) -> object:
    """What a model answers."""
    return getattr(model, call.method)(*call.args)


@check(points=0.5, objective="crashes", guide="crashes-and-expiry")
def test_every_key_expires(lab: Lab, rand: Random) -> None:
    """With a ttl every key that the module writes has an expiry, and helper keys expire with the board."""
    (ann, bob), ttl = words(rand, 2), rand.randrange(100, 900)
    board = lab.new("board", word(rand), ttl=ttl)
    lab.expect_every_key_expires(MADE)
    for method, args in (
        ("submit", (ann, 2.0)),
        ("add", (bob, 3.0)),
        ("submit", (ann, 1.0)),
        ("add", (ann, 2.0)),
        ("remove", (bob,)),
        ("remove", (ann,)),
        ("add", (ann, 5.0)),
    ):
        getattr(board, method)(*args)
        hint = f"{lab.last_call} left a key that never expires: the step that writes it sets its expiry."
        lab.expect_every_key_expires(hint)
    seen = board.score(ann)
    hint = NOBODY.format("add") if seen is None else "Who was removed comes back with 0 and the points added."
    expect(seen).to_equal(5.0, hint=hint)
    leaving: list[str] = []

    def look() -> None:
        leaving.extend([lab.last_call] * bool(lab.eternal_keys()))

    read_all(board, ann, look)
    lab.expect_every_key_expires(f"{next(iter(leaving), '')} left a key that never expires: no reader does.")
    ends = Ends(lab)
    lab.advance(ttl - 10)
    board.add(bob, 1.0)
    ends.look()
    board.submit(bob, 7.0)
    ends.look()
    read_all(board, bob, ends.look)
    size = board.size()
    expect(size, "The size before the end").to_equal(
        2, hint=EARLY if isinstance(size, int) and size < 2 else SIZE
    )
    before = {state.key for state in lab.keys()}
    lab.advance(12)
    if left := [state.key for state in lab.keys()]:
        whole = set(left) == before
        raise CheckFailedError(
            "The board outlived its time." if whole else "A key outlived the board.",
            sentence("every key of the board is gone with it"),
            sentence(f"the key {left[0]!r} is still there"),
            ends.why_late() if whole else HELPERS,
        )
    for first in (0.0, -1.5):
        begun = lab.new("begun", "begun with", ttl=ttl)
        begun.submit.answer(bob, first)
        hint = f"The first score was {first}: a board that begins with it gets its expiry too."
        lab.expect_every_key_expires(hint)
        begun.remove(bob)
        begun.add.answer(bob, first)
        lab.expect_every_key_expires(hint)
        begun.remove(bob)


def crash(lab: Lab, call: Call, setup: tuple[Call, ...]) -> None:
    """Kill the caller after each of its commands: no key may be left without an expiry."""

    def prepare() -> tuple[StandIn, Call]:
        lab.empty()
        board = lab.new("board", "crash", TTL, actor=lab.victim())
        for one in setup:
            getattr(board, one.method)(*one.args)
        return board, call

    board, _ = prepare()
    with lab.traffic() as traffic:
        getattr(board, call.method)(*call.args)
    # What wrote in one step can't be parted by a crash, and what it leaves is another check's affair.
    if writing_steps(lab.stage.kit.admin, traffic.recording) > 1:
        lab.crash_in(prepare, lambda: left_eternal(lab), STEP)


@check(points=0.5, objective="crashes", guide="crashes-and-expiry", needs=NEEDS)
def test_a_crash_leaves_no_key_without_expiry(lab: Lab) -> None:
    """No crash, after any command of a call, leaves a key that never expires."""
    for call in (it.submit("ann", 5.0), it.add("ann", 5.0)):
        crash(lab, call, ())
    setup = (it.submit("ann", 2.0), it.submit("bob", 3.0))
    for call in (it.submit("ann", 5.0), it.add("ann", 5.0), it.remove("ann"), *READS):
        crash(lab, call, setup)
    crash(lab, it.remove("ann"), setup[:1])


@check(points=0.5, objective="crashes", guide="crashes-and-expiry", needs=NEEDS)
def test_a_board_that_runs_out_in_mid_call(lab: Lab) -> None:
    """A board that runs out between two steps of a call is gone, or starts anew: no part of it stays."""
    setup = (it.submit("ann", 5.0), it.add("bob", 3.0))
    for call in (it.add("ann", 2.5), it.submit("ann", 9.0), it.submit("ann", 4.0), it.remove("ann")):
        endings = possible(setup, call)
        try:
            lapse_everywhere(lab, prepared(lab, setup), call, judged(lab, call, endings), LAPSE)
        except CheckFailedError as error:
            error.expected = sentence(told(call, endings))
            raise
    for call in READS:
        lapse_everywhere(lab, prepared(lab, setup), call, misread_when_gone(call), LAPSE)
    board = prepared(lab, setup)()
    scores = [board.score(player) for player in PLAYERS]
    expect(scores, "The list of scores before the end").to_equal([5.0, 3.0], hint=EARLY)


def unlike(board: StandIn, models: list[BoardModel]) -> str:
    """A sentence where a board, by its scores, its size and its list, is like none of the models."""
    size, listed = board.size(), named_in(board.top(9))
    scores = {player: board.score(player) for player in PLAYERS}
    for model in models:
        players = {player for _, player, _ in model.entries()}
        right = all(scores[player] == model.score(player) for player in players)
        if right and size == model.size() and listed == players:
            return ""
    return (
        "Afterwards the board is neither the old one, which ran out, nor a new one: "
        f"top lists {sorted(listed)}, size is {size}, and the scores are {scores}."
    )


def named_in(entries: object) -> set[str]:
    """The players in a list of entries, of whatever form these are: another check looks at that."""
    rows = entries if isinstance(entries, list) else []
    return {
        player for row in rows if isinstance(row, list | tuple) for player in row if isinstance(player, str)
    }


def prepared(lab: Lab, setup: tuple[Call, ...]) -> Callable[[], StandIn]:
    """Makes the same board again and again, shortly before its end."""

    def prepare() -> StandIn:
        board = lab.new("board", "lapse", TTL)
        for one in setup:
            getattr(board, one.method)(*one.args)
        lab.advance(TTL - LEFT)
        return board

    return prepare


def possible(setup: tuple[Call, ...], call: Call) -> list[Ending]:
    """A change was made to the old board, which is gone, or began a new one."""
    old, new = BoardModel(), BoardModel()
    for one in setup:
        on_model(old, one)
    return [(on_model(old, call), BoardModel()), (on_model(new, call), new)]


def told(call: Call, endings: list[Ending]) -> str:
    """The endings that are right, in a sentence."""
    (old, _), (new, board) = endings
    begun = {player: score for _, player, score in board.entries()}
    holds = f"a new board with the scores {begun}" if begun else "no board left"
    return f"{call} gave {show(old)}, and no board left, or it gave {show(new)}, and {holds}"


def judged(lab: Lab, call: Call, endings: list[Ending]) -> Callable[[Answer], str]:
    """Judges a change by what it gave and what it left."""

    def judge(answer: Answer) -> str:
        raised = isinstance(answer, Raised)
        if raised and not ran_out_of_time(answer):
            return f"{call} raised {answer}, because the board ran out in between."
        if eternal := left_eternal(lab):
            return eternal
        board = StandIn(lab, next(iter(lab.stage.actors.values())), "board")
        likely = [model for value, model in endings if raised or value == answer.value]
        if not likely:
            return f"{call} gave {answer}, which is neither the old board's answer nor a new one's."
        return unlike(board, likely)

    return judge


def ran_out_of_time(answer: Answer) -> bool:
    """Whether a call says that its time ran out: it stood still for longer than some locks are held."""
    return isinstance(answer, Raised) and any(word in answer.type for word in ("Lock", "Timeout"))


def misread_when_gone(read: Call) -> Callable[[Answer], str]:
    """Judges a reading method on a board that runs out."""

    def judge(answer: Answer) -> str:
        if ran_out_of_time(answer):
            return ""
        wrong = misread(read, answer)
        return wrong.replace("a player was removed beside it", "the board ran out in between")

    return judge
