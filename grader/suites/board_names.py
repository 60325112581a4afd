"""Checks of names, keys and commands."""

from random import Random
from typing import Any

from grader.suites.board_expiry import read_all
from grader.suites.board_order import filled
from grader.suites.check import check
from grader.suites.expect import expect
from grader.suites.lab import Lab, StandIn
from grader.suites.names import SHARED_STATE, odd_names, word, words

# By their first word, or by two where only that command's part changes something.
FORBIDDEN = {"KEYS", "FLUSHALL", "FLUSHDB", "SWAPDB"}
FORBIDDEN |= {"CONFIG SET", "CONFIG REWRITE", "CONFIG RESETSTAT", "ACL SETUSER", "ACL DELUSER"}
SIX = "The list of score, rank, size, top, around and between"
SEPARATORS = (":", "/", "|", "-", "_")
PARTS = (":index", ":scores", ":ttl", ":lock", ":players", ":1")


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_any_text_names_a_player(board: StandIn, rand: Random) -> None:
    """Players are any text: colons, spaces, newlines, globs and emoji, used as they are."""
    base = word(rand)
    names = [*odd_names(rand), base, base.upper(), f" {base}", f"{base} ", f"{base}\n"]
    names += [f"{base}\u00e9", f"{base}e\u0301", "(1", "-inf", "+", "-", f"[{base}", "0", "None", "😀", "日"]
    names += [" ", "  ", "\n", base * 50, f"{base * 50}x"]
    model = filled(board, {name: rand.randrange(99) / 4 for name in names})
    hint = "A name is used as it is: no trimming, no change of case, no normalising, no coding that loses."
    expect(board.top(99)).to_equal(model.entries(), hint=hint)
    for name in rand.sample(names, 4):
        expect(board.score(name), f"The score of {name!r}").to_equal(model.score(name), hint=hint)
        expect(board.rank(name), f"The rank of {name!r}").to_equal(model.rank(name), hint=hint)
        expect(board.around(name), f"The list around {name!r}").to_equal(model.around(name), hint=hint)
    for name in rand.sample(names, 4):
        expect(board.add(name, 1.5)).to_equal(model.add(name, 1.5), hint=hint)
        expect(board.remove(name), f"Whether {name!r} was there").to_equal(model.remove(name), hint=hint)
    expect(board.top(99)).to_equal(model.entries(), hint=hint)


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_boards_of_different_names_are_apart(lab: Lab, rand: Random) -> None:
    """Boards of different names are apart, whatever text the names are."""
    base = word(rand, 4)
    names = [base, base.upper(), f"{base} ", f"{base}:", f":{base}", f"{base}*", "*", f"{base}-", f"{base}_"]
    names += [f"{base}\u00e9", f"{base}e\u0301", " ", "\n", base * 50, f"{base * 50}x"]
    names += rand.sample(odd_names(rand), 3)
    boards = {name: lab.new(f"board{n}", name) for n, name in enumerate(names)}
    for n, board in enumerate(boards.values(), 1):
        board.submit("ann", n / 2)
    hint = "Two names must never lead to the same key: is the name in the key as it is, and whole?"
    for n, (name, board) in enumerate(boards.items(), 1):
        expect(board.score("ann"), f"The score on the board {shortened(name)}").to_equal(n / 2, hint=hint)
    boards[base].remove("ann")
    expect(boards["*"].size()).to_equal(1, hint="Removing from one board touched another.")


def shortened(name: str) -> str:
    """A name as it is shown, its middle left out where it is long."""
    return repr(name if len(name) <= 60 else f"{name[:20]} ... {name[-10:]}")


@check(points=0.5, objective="keys", guide="names-and-keys")
def test_a_board_and_a_player_are_two_names(lab: Lab, rand: Random) -> None:
    """A player of one board is nobody on another, however the two names are put together."""
    base, part, ann = words(rand, 3)
    first = lab.new("first", base)
    hint = "Board and player together make no key that another board and player make too."
    for n, separator in enumerate(SEPARATORS, 1):
        second = lab.new(f"second{n}", f"{base}{separator}{part}")
        first.submit(f"{part}{separator}{ann}", 5.0)
        expect(second.score(ann), f"The score on the board {base + separator + part!r}").to_equal(
            None, hint=hint
        )
        second.submit(ann, n / 2)
        seen = [second.top(), second.rank(ann), first.score(f"{part}{separator}{ann}")]
        expect(seen, f"What the board {base + separator + part!r} holds").to_equal(
            [[(1, ann, n / 2)], 1, 5.0], hint=hint
        )
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
    others = {name: lab.new(f"other{n}", name, ttl=500) for n, name in enumerate(dict.fromkeys(names))}
    hint = "The key of one board, made from its name, is also a key that another board uses."
    for n, (name, other) in enumerate(others.items()):
        other.submit("bob", n / 2)
        expect(other.add("bob", 1.0), f"The score on the board {shortened(name)}").to_equal(
            n / 2 + 1, hint=hint
        )
        expect(first.add("ann", 0.5), f"The score beside the board {name!r}").to_equal(5.5 + n / 2, hint=hint)
    for n, (name, other) in enumerate(others.items()):
        seen = [other.score("bob"), other.score("ann"), other.size(), other.top()]
        wanted = [n / 2 + 1, None, 1, [(1, "bob", n / 2 + 1)]]
        expect(seen, f"What the board {name!r} holds").to_equal(wanted, hint=hint)
    seen = [first.score("ann"), first.score("bob"), first.size(), first.top()]
    wanted = [5.0 + len(others) / 2, None, 1, [(1, "ann", 5.0 + len(others) / 2)]]
    expect(seen, f"What the board {base!r} holds").to_equal(wanted, hint=hint)


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
    found = set()
    for before, after in layouts:
        for text in texts.union(keys):
            fits = base in text and text.startswith(before) and text.endswith(after)
            if fits and (name := text[len(before) : len(text) - len(after)]) not in {"", base}:
                found.add(name)
    return sorted(found)[:8]


@check(points=0.5, objective="keys", guide="why-valkey")
def test_state_is_on_the_server(lab: Lab, rand: Random) -> None:
    """Two objects of one board, in two processes, see the same board."""
    name, (ann, bob) = word(rand), words(rand, 2)
    here, there = lab.new("here", name), lab.new("there", name, actor=lab.enter())
    hint = SHARED_STATE
    here.submit(ann, 2.0)
    expect(seen_of(here, ann), SIX).to_equal(
        [2.0, 1, 1, *[[(1, ann, 2.0)]] * 3], hint="These are one board's answers after one submit."
    )
    expect(there.score(ann)).to_equal(2.0, hint=hint)
    expect(there.add(ann, 3.0)).to_equal(5.0, hint=hint)
    there.submit(bob, 9.0)
    entries = [(1, bob, 9.0), (2, ann, 5.0)]
    expect(seen_of(here, ann), f"{SIX} after the other object's changes").to_equal(
        [5.0, 2, 2, entries, entries, entries], hint=hint
    )
    there.remove(ann)
    expect(seen_of(here, bob), f"{SIX} after the other object's remove").to_equal(
        [9.0, 1, 1, *[entries[:1]] * 3], hint=hint
    )
    expect([here.score(ann), here.rank(ann)], "Score and rank of who was removed").to_equal(
        [None] * 2, hint=hint
    )


def seen_of(board: StandIn, player: str) -> list[Any]:
    """What every reading method gives."""
    single = [board.score(player), board.rank(player), board.size()]
    return [*single, board.top(), board.around(player), board.between(0.0, 99.0)]


@check(points=0.5, objective="keys", guide="sorted-sets")
def test_scores_lie_in_one_sorted_set(lab: Lab, board: StandIn, rand: Random) -> None:
    """The scores lie in one sorted set on the server, a member for each player."""
    scores = (7.5, 3.0, 0.25, 0.0, -1.0, -2.5, 1e9)  # no two of them equal: a score may be a member too
    model = filled(board, dict(zip(words(rand, len(scores)), scores, strict=True)))
    members = [lab.stage.kit.admin.ask("ZCARD", state.key) for state in lab.keys() if state.type == "zset"]
    hint = "One sorted set for a board: Valkey keeps it in order, whatever comes."
    expect(members, "The list of how many members each sorted set has").to_be(
        lambda counts: max(counts, default=0) >= len(scores), "one sorted set with all 7 scores", hint
    )
    expect(board.size()).to_equal(model.size())


@check(points=0.5, objective="keys", guide="scan-not-keys")
def test_nothing_walks_over_all_keys(lab: Lab, rand: Random) -> None:
    """Nothing calls KEYS, FLUSHALL or FLUSHDB or changes the server's settings, inside scripts neither."""
    with lab.tap() as tap, lab.traffic() as traffic:
        board = lab.new("board", word(rand), ttl=100)
        read_all(board, "bob")
        board.submit("ann", 2.0)
        board.add("bob", 3.0)
        seen = [board.remove("ann"), board.size(), board.score("bob")]
        board.submit("bob", 1.0)
        board.remove("ann")
        read_all(board, "bob")
        board.remove("bob")
    expect(seen, "What remove, size and score gave").to_equal([True, 1, 3.0])
    commands = [one.command for one in (*tap.executed, *traffic.recording.sent)]
    called = {
        b" ".join(command[:words]).decode("utf-8", "replace").upper()
        for command in commands
        for words in (1, 2)
    }
    hint = "The board's key is known: nothing has to look for it. Server and settings are not its own."
    expect(sorted(called & FORBIDDEN), "The list of forbidden commands that were called").to_equal(
        [], hint=hint
    )
