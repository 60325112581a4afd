"""Checks of a board's time-to-live."""

from collections.abc import Callable
from random import Random

from grader.suites.board_entries import expect_entries
from grader.suites.board_hints import ask, of_a_score
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import word, words

DAY, YEAR, CENTURY = 86400, 365 * 86400, 36525 * 86400
# Times are checked to within a second; what is more is for a machine that is busy in between.
SLACK = 1.5
EARLY = "It expired too early, or was never there. Are these seconds? PEXPIRE takes milliseconds."
EMPTIED = 3  # the place of the new board that begins, with submit, after the old one was emptied
NOBODY = "{} has put nobody on the board."
LATE = "It should have expired, with all its players. Are these seconds?"


class Ends:
    """Watches until when the board's keys live, to say which call gave them more time."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._latest = self._now()
        self.by = ""  # the call that gave them more

    def _now(self) -> float:
        return self._lab.now + max((state.ttl or 0 for state in self._lab.keys()), default=0)

    def look(self) -> None:
        """Look after a call."""
        latest = self._now()
        if latest > self._latest + SLACK:
            self.by, self._latest = self.by or self._lab.last_call, latest

    def why_late(self) -> str:
        """A hint for a board that is still there."""
        if eternal := self._lab.eternal_keys():
            return f"The key {eternal[0]!r} has no expiry: the step that writes a key first gives it one."
        if self.by:
            return f"{self.by} set the expiry anew: a board has it from its first score on."
        return LATE


def stored(lab: Lab, method: str, usual: str) -> str:
    """A hint, asked for right after a change: whether it left anything."""
    return usual if lab.keys() else NOBODY.format(method)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_the_board_expires(lab: Lab, rand: Random) -> None:
    """With a ttl the whole board expires that many seconds after its first score."""
    (ann, bob), ttl = words(rand, 2), rand.randrange(50, 900)
    board = lab.new("board", word(rand), ttl=ttl)
    # Made before the other is used: each has its own.
    season = lab.new("season", word(rand, 7), ttl=3650 * DAY)
    board.submit(ann, 2.0)
    board.add(bob, 1.0)
    lab.advance(ttl - SLACK)
    seen = [board.score(ann), board.score(bob), board.size()]
    hint = (
        EARLY if seen == [None, None, 0] else "Until its end the board holds who came by submit and by add."
    )
    hint = NOBODY.format("add") if seen[:2] == [2.0, None] else hint
    what = "The list of both scores and the size before the end"
    expect(seen, what).to_equal([2.0, 1.0, 2], hint=hint)
    lab.advance(2 * SLACK)
    late = Ends(lab).why_late()
    size, hint = ask(lab, board.size, hint=late)
    expect(size, "The size after the end").to_equal(0, hint=hint)
    score, hint = ask(lab, board.score, ann, hint=late)
    expect(score, "The score after the end").to_equal(None, hint=of_a_score(score, None, hint))
    expect_entries(board.top(), [], late, "top after the end")
    season.submit(ann, 4.0)
    lab.advance(3649 * DAY)
    hint = "A ttl is any whole number of seconds, ten years too."
    expect(season.score(ann), "The score a day before a board with a ttl of ten years ends").to_equal(
        4.0, hint
    )


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_later_scores_do_not_extend(lab: Lab, rand: Random) -> None:
    """Later scores do not extend a board's time-to-live, and nothing else does."""
    (ann, bob, cat), ttl = words(rand, 3), rand.randrange(100, 900)
    for place, method in enumerate(("submit", "add", "remove", "submit by a new object")):
        name = f"{word(rand)}{place}"
        board = lab.new(f"board{place}", name, ttl=ttl)
        for player in (ann, bob) if method.startswith(("remove", "submit by")) else (ann,):
            board.submit(player, 2.0)
        lab.advance(50)
        ends = Ends(lab)
        if method == "remove":
            for _ in range(2):  # the second time there is nobody to remove
                board.remove(bob)
                ends.look()
            read_all(board, ann, ends.look)
        elif " " in method:
            lab.new(f"again{place}", name, ttl=ttl)
            ends.look()
            board.submit(cat, 1.0)
            ends.look()
        else:
            for player, points in ((ann, 9.0), (ann, 1.0), (bob, 1.0), (cat, 3.0), (cat, 3.0), (cat, 0.0)):
                getattr(board, method)(player, points)
                ends.look()
        lab.advance(ttl - 50 - SLACK)
        wanted = 1 if method == "remove" else 3
        size = board.size()
        hint = NOBODY.format(method.partition(" ")[0]) if size else EARLY
        expect(size, "The size before the end").to_equal(wanted, hint=hint)
        lab.advance(2 * SLACK)
        late = ends.why_late()
        size, hint = ask(lab, board.size, hint=late)
        expect(size, f"The size {ttl + SLACK:g} seconds after the first score").to_equal(0, hint=hint)
    _expect_a_last_score_not_to_extend(lab, lab.new("last", word(rand, 7), ttl=ttl), ttl, (ann, bob))
    _expect_a_score_of_zero_not_to_extend(lab, lab.new("zero", word(rand, 8), ttl=ttl), ttl, ann)


def _expect_a_last_score_not_to_extend(lab: Lab, board: StandIn, ttl: int, players: tuple[str, str]) -> None:
    """One that comes in the last half second, when TTL gives 0 for a board that has its expiry."""
    first, last = players
    board.submit(first, 2.0)
    lab.advance(ttl - 0.25)
    ends = Ends(lab)
    board.submit(last, 1.0)
    ends.look()
    if board.score(first) is None:
        return  # it ended within a second of its time, and the last score has begun a new board
    lab.advance(0.25 + SLACK)
    late = ends.why_late()
    size, hint = ask(lab, board.size, hint=late)
    expect(size, f"The size {ttl + SLACK:g} seconds after the first score").to_equal(0, hint=hint)


def _expect_a_score_of_zero_not_to_extend(lab: Lab, board: StandIn, ttl: int, player: str) -> None:
    """One who is alone with a score of 0 is on the board: what comes next is no first score."""
    board.add(player, 0.0)
    lab.advance(50)
    ends = Ends(lab)
    for method, points in (("add", 2.0), ("add", -2.0), ("submit", 1.0), ("add", -1.0), ("add", 1.0)):
        getattr(board, method)(player, points)
        ends.look()
    lab.advance(ttl - 50 + SLACK)
    late = ends.why_late()
    size, hint = ask(lab, board.size, hint=late)
    expect(size, f"The size {ttl + SLACK:g} seconds after a first score of 0").to_equal(0, hint=hint)


def read_all(board: StandIn, player: str, after: Callable[[], None] = lambda: None) -> None:
    """Call every reading method; what it answers is another check's affair."""
    for method, args in (
        (board.score, (player,)),
        (board.rank, (player,)),
        (board.top, ()),
        (board.around, (player,)),
        (board.between, (-9.0, 9.0)),
        (board.size, ()),
    ):
        method.answer(*args)
        after()


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_ttl_begins_with_the_first_score(lab: Lab, rand: Random) -> None:
    """The time-to-live begins with the first score, by submit or by add, not when the object is made."""
    ann, ttl = word(rand), rand.randrange(50, 900)
    for place, method in enumerate(("submit", "add")):
        board = lab.new(f"board{place}", f"{word(rand)}{place}", ttl=ttl)
        board.top()
        lab.advance(30)
        board.remove(ann)
        seen = board.score(ann)
        expect(seen).to_equal(None, hint=of_a_score(seen, None, "Nobody is on the board yet."))
        lab.advance(10)
        getattr(board, method)(ann, 1.5)
        hint = stored(lab, method, "Time runs, in seconds, from the moment when the first score is stored.")
        lab.advance(ttl - SLACK)
        seen, hint = ask(lab, board.score, ann, hint=hint)
        what = f"The score {ttl - SLACK:g} seconds after {method}"
        expect(seen, what).to_equal(1.5, hint=of_a_score(seen, 1.5, hint))
        lab.advance(2 * SLACK)
        hint = f"A board that begins with {method} has its expiry too."
        seen = board.score(ann)
        what = f"The score {ttl + SLACK:g} seconds after {method}"
        expect(seen, what).to_equal(None, hint=of_a_score(seen, None, hint))


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_a_board_starts_anew(lab: Lab, rand: Random) -> None:
    """A board that was emptied or ran out starts anew with its next score."""
    (ann, bob), ttl = words(rand, 2), rand.randrange(100, 900)
    board = lab.new("board", word(rand), ttl=ttl)
    board.submit(ann, 2.0)
    board.submit(bob, 5.0)
    lab.advance(60)
    board.remove(ann)
    board.remove(bob)
    anew = "Time begins anew: what keeps the old end, a key or the object, goes with the last player."
    for place, method in enumerate(("add", "submit", "add", "submit")):
        if place == EMPTIED:  # the others begin after the old board's end, and the first one after removals
            board.submit(ann, 2.0)
            lab.advance(60)
            board.remove(ann)
        getattr(board, method)(bob, 3.0)
        hint = stored(lab, method, anew)
        ends = Ends(lab)
        lab.advance(ttl - SLACK)
        seen = board.score(bob)
        ends.look()
        expect(seen, f"The score that began anew with {method}").to_equal(
            3.0, hint=of_a_score(seen, 3.0, hint)
        )
        seen = board.score(ann)
        gone = "Who was on the old board is not on the new one."
        expect(seen, "The score from the old board").to_equal(None, hint=of_a_score(seen, None, gone))
        old = "Nothing of the old board stays, in helper keys neither, and the new one is whole."
        expect_entries(board.top(), [(1, bob, 3.0)], old, f"The list that began anew with {method}")
        ends.look()
        lab.advance(2 * SLACK)
        what = f"The size of the board that began anew with {method}"
        size, hint = ask(lab, board.size, hint=ends.why_late())
        expect(size, what).to_equal(0, hint=hint)


@check(points=0.5, objective="ttl", guide="time-to-live")
def test_without_ttl_a_board_stays(lab: Lab, rand: Random) -> None:
    """A board without a ttl never expires."""
    ann, bob = words(rand, 2)
    board = lab.new("board", word(rand))
    board.submit(ann, 2.0)
    lab.advance(YEAR)
    board.add(bob, 3.0)
    lab.advance(CENTURY)
    hint = "ttl is None unless told otherwise: no expiry."
    first, second = board.score(ann), board.score(bob)
    expect(first, "The score that submit stored").to_equal(2.0, hint=of_a_score(first, 2.0, hint))
    hint = NOBODY.format("add") if first == 2.0 and second is None else hint
    expect(second, "The score that add stored").to_equal(3.0, hint=of_a_score(second, 3.0, hint))
