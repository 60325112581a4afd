"""Checks of names and keys."""

from random import Random
from typing import Any

from grader.suites.board_entries import AROUND, BOUNDS, RANKS, expect_around, expect_entries, told_apart
from grader.suites.board_expiry import read_all
from grader.suites.board_hints import REMOVED, SIZE, of_a_score, of_a_sum
from grader.suites.board_model import Entry
from grader.suites.board_order import filled
from grader.suites.check import check
from grader.suites.expect import CheckFailedError, expect, value_of
from grader.suites.lab import Lab, StandIn
from grader.suites.names import CONTROLS, DOUBLED, SAME_SHORT_HASH, odd_names, word, words

LONG = 60  # characters of a name
MOST_WORDS = 30
AS_IT_IS = "A name is used as it is: no trimming, no change of case, no normalising, no coding that loses."
SHARED = (
    "All state lives on the server. What an object remembers is out of date as soon as another process "
    "changes the board."
)
MADE = "Making an object changes nothing: the board may be there already, from another process."
HELPER = "One board keeps something under a key that is made from its name, and is another board's key too."
SEPARATORS = (":", "/", "|", "-", "_")
PARTS = (":index", ":scores", ":ttl", ":lock", ":players", ":1")


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_names_a_player(lab: Lab, board: StandIn, timed: StandIn, rand: Random) -> None:
    """Players are any text: colons, spaces, newlines, globs and emoji, used as they are."""
    base = word(rand)
    names = [*odd_names(rand), base, base.upper(), f" {base}", f"{base} ", f"{base}\n"]
    names += [f"{base}\u00e9", f"{base}e\u0301", "(1", "-inf", "+", "-", f"[{base}", "0", "None", "😀", "日"]
    names += [" ", "  ", "\n", "\0", f"{base}\0{base}", f"{base}\x1f{base}", base * 400, f"{base * 400}x"]
    names.append(f"{base}\x0b\x1c\x85\u2028{base}")  # str.splitlines() cuts at each of these
    names += [base.join(["", *CONTROLS, ""]), base.join(["", *DOUBLED, ""])]
    names += words_sent(lab, board, base)
    # For whoever trims, changes the case, or normalises, these are the same as another.
    alike = (base.upper(), f" {base}", f"{base}\n", f"{base}e\u0301")
    names = list(dict.fromkeys(names))
    scores = rand.sample(range(400), len(names))  # no two equal: their order is another check's affair
    model = filled(board, {name: score / 4 for name, score in zip(names, scores, strict=True)})
    expect_entries(board.top(99), model.entries(), AS_IT_IS, board=model)
    for name in (*alike, *rand.sample(names, 2)):
        expect(board.score(name), f"The score of {name!r}").to_equal(model.score(name), hint=AS_IT_IS)
        expect(board.rank(name), f"The rank of {name!r}").to_equal(model.rank(name), hint=RANKS)
        around = board.around(name)
        what = f"The list around {name!r}"
        if around:
            expect_around(around, model, name, what=what)
        else:
            expect_entries(around, model.around(name), AS_IT_IS, what)
    for name in (*alike, *rand.sample(names, 2)):
        seen, wanted = board.add(name, 1.5), model.add(name, 1.5)
        expect(seen).to_equal(wanted, hint=of_a_sum(seen, wanted, 1.5, AS_IT_IS))
        gone = board.remove(name)
        hint = AS_IT_IS if gone is False else REMOVED
        expect(gone, f"Whether {name!r} was there").to_equal(model.remove(name), hint=hint)
    expect_entries(board.top(99), model.entries(), "Who was removed is on no list any more.", board=model)
    more = [f"{base}-_@&+$~^!<>()", "7", "07", *words_sent(lab, timed, base)]
    model = filled(timed, {name: score / 4 for score, name in enumerate(dict.fromkeys(more), 1)})
    what = "The list of a board with a ttl"
    expect_entries(timed.top(99), model.entries(), AS_IT_IS, what, board=model)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_boards_of_different_names_are_apart(lab: Lab, rand: Random) -> None:
    """Boards of different names are apart, whatever text the names are."""
    base = word(rand, 4)
    names = [base, base.upper(), f"{base} ", f"{base}:", f":{base}", f"{base}*", "*", f"{base}-", f"{base}_"]
    names += [f"{base}\u00e9", f"{base}\\xe9", f"{base}e\u0301", f"{base}%3A", " ", "\n", f"{base}\0"]
    names += [base * 300, f"{base * 300}x"]
    names += [f"{{{base}}}", f"{base}}}", *SAME_SHORT_HASH]
    names += [*rand.sample(odd_names(rand), 3), f" {base}", f"{base}\n"]
    names += [f"{base}.", f"{base}/", f"{base}&#233;", f"board:{base}", f"leaderboard:{base}", "7", "07"]
    boards = {base: lab.new("board", base)}
    boards[base].submit("ann", 0.5)
    names += [state.key for state in lab.keys() if base in state.key and len(state.key) < LONG]
    boards |= lab.new_each("board", names[1:])
    for n, board in enumerate(boards.values(), 1):
        board.submit("ann", n / 2)
    hint = "Two names must never lead to the same key: is the name in the key as it is, and whole?"
    owners = {n / 2: name for n, name in enumerate(boards, 1)}
    for own, name in owners.items():
        seen = boards[name].score("ann")
        other = owners.get(seen, name) if isinstance(seen, int | float) else name
        if other != name:
            ours, theirs = told_apart(shortened(name), shortened(other))
            message = f"The score on the board {ours} is that on the board {theirs}."
            raise CheckFailedError(message, value_of(own), value_of(seen), hint)
        what = f"The score on the board {shortened(name)!r}"
        expect(seen, what).to_equal(own, hint=of_a_score(seen, own, hint))
    boards[base].remove("ann")  # and the board is empty
    for name in ("*", f"{base}:", f"{base}*"):
        size, hint = boards[name].size(), "Removing from one board touched another."
        expect(size, f"The size of the board {name!r}").to_equal(1, hint=hint)


def words_sent(lab: Lab, board: StandIn, player: str) -> list[str]:
    """What the module says to the server of a player, who is removed again: a player may be called so too."""
    with lab.tap() as tap:
        board.submit(player, 1.0)
        board.remove(player)
    found = {word.decode("utf-8", "replace") for one in tap.executed for word in one.command}
    return sorted(text for text in found if 0 < len(text) < LONG)[:MOST_WORDS]


def shortened(name: str) -> str:
    """A name as it is shown, its middle left out where it is long."""
    return name if len(name) <= LONG else f"{name[:20]} ... {name[-10:]}"


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_a_board_and_a_player_are_two_names(lab: Lab, rand: Random) -> None:
    """A player of one board is nobody on another, however the two names are put together."""
    base, part, ann = words(rand, 3)
    first = lab.new("first", base)
    hint = "Board and player together make no key that another board and player make too."
    for n, separator in enumerate(SEPARATORS, 1):
        name, player = f"{base}{separator}{part}", f"{part}{separator}{ann}"
        second = lab.new(f"second{n}", name)
        first.submit(player, 5.0)
        seen = second.score(ann)
        what = f"The score on the board {name!r}"
        expect(seen, what).to_equal(None, hint=of_a_score(seen, None, hint))
        second.submit(ann, n / 2)
        expect_entries(second.top(), [(1, ann, n / 2)], hint, f"The list of the board {name!r}")
        expect(second.rank(ann), f"The rank on the board {name!r}").to_equal(1, hint=RANKS)
        expect(first.score(player), f"The score on the board {base!r}").to_equal(5.0, hint=hint)
    expect(first.size()).to_equal(len(SEPARATORS), hint=hint)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_no_board_lies_on_anothers_helper_keys(lab: Lab, rand: Random) -> None:
    """No board collides with another board's helper keys, whatever their names are."""
    base = word(rand, 8)
    first = lab.new("first", base, ttl=500)
    names = [base + part for part in PARTS] + named_like_keys(lab, first, base)
    lab.empty()
    first = lab.new("first", base, ttl=500)
    first.submit("ann", 5.0)
    others = lab.new_each("other", names, ttl=500)
    for n, (name, other) in enumerate(others.items()):
        other.submit("bob", n / 2)
        seen = other.add("bob", 1.0)
        hint = of_a_sum(seen, n / 2 + 1, 1.0, HELPER)
        expect(seen, f"The score on the board {name!r}").to_equal(n / 2 + 1, hint=hint)
        seen = first.add("ann", 0.5)
        hint = of_a_sum(seen, 5.5 + n / 2, 0.5, HELPER)
        expect(seen, f"The score beside the board {name!r}").to_equal(5.5 + n / 2, hint=hint)
    for n, (name, other) in enumerate(others.items()):
        expect_alone(other, name, "bob", n / 2 + 1)
    expect_alone(first, base, "ann", 5.0 + len(others) / 2)


def expect_alone(board: StandIn, name: str, player: str, score: float) -> None:
    """Of ann and bob only this one is on the board."""
    nobody = "ann" if player == "bob" else "bob"
    expect(board.score(player), f"The score of {player!r} on the board {name!r}").to_equal(score, hint=HELPER)
    seen = board.score(nobody)
    what = f"The score of {nobody!r}, who is on another board than {name!r},"
    expect(seen, what).to_equal(None, hint=of_a_score(seen, None, HELPER))
    expect(board.size(), f"The size of the board {name!r}").to_equal(1, hint=HELPER)
    expect_entries(board.top(), [(1, player, score)], HELPER, f"The list of the board {name!r}")


def named_like_keys(lab: Lab, board: StandIn, base: str) -> list[str]:
    """Names of boards whose keys could be what the board called ``base`` uses besides."""
    with lab.tap() as tap:
        board.submit("ann", 5.0)
        board.add("ann", 1.0)
        board.remove("ann")
        board.add("ann", 1.0)
        read_all(board, "ann")
    keys = [state.key for state in lab.keys()]
    layouts = [key.split(base) for key in keys if key.count(base) == 1]
    texts = {word.decode("utf-8", "replace") for one in tap.executed for word in one.command}
    # A key for all boards, of a lock for instance, is the first word after its command.
    common = {one.command[1].decode("utf-8", "replace") for one in tap.executed if one.command[1:]}
    own = {text for text in texts.union(keys) if base in text}
    found: dict[str, None] = {}
    for text in (*sorted(own), *sorted(common - own)):
        for before, after in layouts:
            fits = len(text) < LONG and text.startswith(before) and text.endswith(after)
            if fits and (name := text[len(before) : len(text) - len(after)]) not in {"", base}:
                found[name] = None
    return list(found)[:8]


@check(points=0.5, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, rand: Random) -> None:
    """Two objects of one board, in two processes, see the same board."""
    name, (ann, bob) = word(rand), words(rand, 2)
    here, there = lab.new("here", name), lab.new("there", name, actor=lab.enter())
    reads = Reads(here)
    read_all(there, ann)  # who is not on the board may come by another process
    here.submit(ann, 2.0)
    reads.expect(ann, (2.0, 1), [(1, ann, 2.0)], "after one submit")
    expect(there.score(ann)).to_equal(2.0, hint=SHARED)
    expect_entries(there.top(), [(1, ann, 2.0)], SHARED, "top of the other object")
    seen = there.add(ann, 3.0)
    expect(seen).to_equal(5.0, hint=of_a_sum(seen, 5.0, 3.0, SHARED))
    there.submit(bob, 9.0)
    entries = [(1, bob, 9.0), (2, ann, 5.0)]
    reads.expect(ann, (5.0, 2), entries, "after the other object's changes")
    late = lab.new("late", name, actor=there.actor)
    for again in (here, late):
        expect(again.size(), "The size after a new object was made").to_equal(2, hint=MADE)
    there.remove(ann)
    reads.expect(bob, (9.0, 1), entries[:1], "after the other object's remove")
    score, rank = here.score(ann), here.rank(ann)
    expect(score, "The score of who was removed").to_equal(None, hint=of_a_score(score, None, SHARED))
    expect(rank, "The rank of who was removed").to_equal(None, hint="Who is not on the board has no rank.")
    seen = here.submit(ann, 1.0)
    expect(seen, "submit of who was removed by another process").to_equal(True, hint=SHARED)


class Reads:
    """What the reading methods of an object should give, and gave the last time."""

    def __init__(self, board: StandIn) -> None:
        self._board = board
        self._before: dict[str, Any] = {}

    def expect(self, player: str, own: tuple[float, int], entries: list[Entry], when: str) -> None:
        """Ask each of them: for score and rank of the player, and for lists of all entries."""
        for method, wanted, usual in (
            ("score", own[0], SHARED),
            ("rank", own[1], RANKS),
            ("size", len(entries), SIZE),
        ):
            seen, hint = self._ask(method, usual, *[player] * (method != "size"))
            expect(seen, f"{method} {when}").to_equal(wanted, hint=hint)
        for method, args, usual in (
            ("top", (), "All players are on the list."),
            ("around", (player,), AROUND),
            ("between", (0.0, 99.0), BOUNDS),
        ):
            seen, hint = self._ask(method, usual, *args)
            expect_entries(seen, entries, hint, f"{method} {when}")

    def _ask(self, method: str, usual: str, *args: Any) -> tuple[Any, str]:
        """What a method gives, and a hint if that is wrong: whether it is an old answer."""
        seen = getattr(self._board, method)(*args)
        old = method in self._before and self._before[method] == seen
        self._before[method] = seen
        return seen, SHARED if old else usual


@check(points=0.5, objective="keys", guide="sorted-sets")
def test_scores_lie_in_one_sorted_set(lab: Lab, board: StandIn, rand: Random) -> None:
    """The scores lie in one sorted set on the server, a member for each player."""
    scores = (7.5, 3.0, 0.25, 0.0, -1.0, -2.5, 1e9)  # no two of them equal: a score may be a member too
    model = filled(board, dict(zip(words(rand, len(scores)), scores, strict=True)))
    members = [size for _, size in lab.lengths("zset")]
    hint = "One sorted set for a board: Valkey keeps it in order, whatever comes."
    expect(members, "The list of how many members each sorted set has").to_be(
        lambda counts: max(counts, default=0) >= len(scores), "one sorted set with all 7 scores", hint
    )
    expect(board.size()).to_equal(model.size(), hint=SIZE)
