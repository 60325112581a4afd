"""The check of forbidden commands, and which call sent them."""

from random import Random
from typing import Any

from grader.suites.board_expiry import read_all
from grader.suites.board_hints import REMOVED, SIZE
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, sentence
from grader.suites.forbidden import WHY, forbidden
from grader.suites.lab import Lab
from grader.suites.names import word


@check(points=0.5, objective="keys", guide="scan-not-keys")
def test_nothing_walks_over_all_keys(lab: Lab, rand: Random) -> None:
    """Nothing calls KEYS, FLUSHALL or FLUSHDB or changes the server's settings, inside scripts neither."""
    calls = Marks(lab)
    with lab.tap() as tap, lab.traffic() as traffic:
        board = calls.after(lab.new("board", word(rand), ttl=100))
        calls.after(read_all(board, "bob"))
        calls.after(board.submit("ann", 2.0))
        calls.after(board.add("bob", 3.0))
        removed = calls.after(board.remove("ann"))
        size, score = calls.after(board.size()), calls.after(board.score("bob"))
        calls.after(board.submit("bob", 1.0))
        calls.after(board.remove("ann"))
        calls.after(read_all(board, "bob"))
        calls.after(board.remove("bob"))
    expect(removed, "What remove gave").to_equal(True, hint=REMOVED)
    expect(size, "What size gave").to_equal(1, hint=SIZE)
    expect(score, "What score gave").to_equal(
        3.0, hint="add has put the player on the board, remove nobody else."
    )
    called = [(forbidden(one.command), one.number) for one in traffic.recording.sent]
    called += [(forbidden(one.command), 0) for one in tap.executed]  # scripts' own too
    for name, number in called:
        if name:
            lab.last_call = calls.of(number)
            raise CheckFailedError(
                "A forbidden command was called.", sentence("no forbidden command"), sentence(name), WHY[name]
            )


class Marks:
    """Remembers which call sent which commands."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._calls: list[tuple[int, str]] = []

    def after(self, answer: Any) -> Any:
        """Note the call that was made just now; give its answer."""
        self._calls.append((self._lab.stage.relay.last_number, self._lab.last_call))
        return answer

    def of(self, number: int) -> str:
        """The call that sent the command of that number."""
        return next((call for last, call in self._calls if number and number <= last), "")
