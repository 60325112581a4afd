"""Checks of expiries that are set with the data, of crashes, and of boards that run out in mid-call."""

from collections.abc import Callable
from random import Random

from grader.interleave.calls import Answer, Call, Raised
from grader.suites.board_expiry import read_all
from grader.suites.board_lapse import lapse_everywhere
from grader.suites.board_model import BoardModel
from grader.suites.board_races import left_eternal, misread
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, sentence
from grader.suites.lab import Calls, Lab, StandIn
from grader.suites.names import word, words
from grader.suites.steps import writing_steps

TTL = 100
# A board has so many seconds left when a caller stops for a moment; a lock that the caller holds has more.
LEFT, LAPSE = 2, 4
PLAYERS = ("ann", "bob")
NEEDS = ("every_key_expires", "remove_says_whether_it_was_there")
it = Calls("board")
READS = (it.rank("ann"), it.around("ann"), it.top(), it.between(0.0, 9.0))


def on_model(model: BoardModel, call: Call) -> object:
    """What a model answers."""
    return getattr(model, call.method)(*call.args)


@check(points=0.5, objective="crashes", guide="crashes-and-expiry")
def test_every_key_expires(lab: Lab, rand: Random) -> None:
    """With a ttl every key that the module writes has an expiry, and helper keys expire with the board."""
    (ann, bob), ttl = words(rand, 2), rand.randrange(100, 900)
    board = lab.new("board", word(rand), ttl=ttl)
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
        lab.expect_every_key_expires(
            hint=f"{method} left a key behind that never expires, maybe a helper key."
        )
    expect(board.score(ann)).to_equal(5.0)
    read_all(board, ann)
    lab.expect_every_key_expires(hint="A reading method left a key behind that never expires.")
    lab.advance(ttl - 10)
    board.add(bob, 1.0)
    board.submit(bob, 7.0)
    read_all(board, bob)
    expect(board.size()).to_equal(2)
    lab.advance(12)
    if left := [state.key for state in lab.keys()]:
        raise CheckFailedError(
            "A key outlived the board.",
            sentence("every key of the board is gone with it"),
            sentence(f"{left[0]!r} is still there"),
            "Helper keys get what is left of the board's own time, also when they come later.",
        )


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
        hint = "The data and its expiry go in one atomic step: MULTI/EXEC, a script, a function."
        lab.crash_in(prepare, lambda: left_eternal(lab), hint)


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
        lapse_everywhere(lab, prepared(lab, setup), call, judged(lab, setup, call), LAPSE)
    for call in READS:
        lapse_everywhere(lab, prepared(lab, setup), call, misread_when_gone, LAPSE)
    board = prepared(lab, setup)()
    expect([board.score(player) for player in PLAYERS], "What the board holds before its end").to_equal(
        [5.0, 3.0]
    )


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


def judged(lab: Lab, setup: tuple[Call, ...], call: Call) -> Callable[[Answer], str]:
    """Judges a change: it was made to the old board, which is gone, or began a new one."""
    old, new = BoardModel(), BoardModel()
    for one in setup:
        on_model(old, one)
    endings = [(on_model(old, call), BoardModel()), (on_model(new, call), new)]

    def judge(answer: Answer) -> str:
        if isinstance(answer, Raised):
            return f"{call} raised {answer}, because the board ran out in between."
        if eternal := left_eternal(lab):
            return eternal
        board = StandIn(lab, next(iter(lab.stage.actors.values())), "board")
        likely = [model for value, model in endings if value == answer.value]
        if not likely:
            return f"{call} gave {answer}, which is neither the old board's answer nor a new one's."
        return unlike(board, likely)

    return judge


def misread_when_gone(answer: Answer) -> str:
    """Judges a reading method on a board that runs out."""
    return misread(answer).replace("a player was removed beside it", "the board ran out in between")
