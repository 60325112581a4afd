"""Results made by hand: one of each kind that a scorecard must draw."""

# ruff: noqa: E501 -- values are as long as they come

from dataclasses import replace

from grader.results import (
    Adjustment,
    CheckResult,
    ClockStep,
    Command,
    Crash,
    Evidence,
    ExerciseResult,
    Frame,
    Isolation,
    KeyState,
    Outcome,
    Results,
    Run,
    Schedule,
    Status,
    Step,
    StepKind,
    StudentError,
    Submission,
    Value,
)

RUN = Run(
    started_at="2026-11-24T12:00:00Z",
    duration=1.42,
    seed=20261124,
    grader_version="0.1.0",
    suite_digest="5e1f" * 16,
    settings_digest="a07c" * 16,
    python_version="3.11.7",
    redis_py_version="6.4.0",
    valkey_version="9.1.0",
    server="embedded",
    isolation=Isolation.BUBBLEWRAP,
    isolated=True,
    schedules=812,
    notes=("No Docker engine answers, so the embedded server was used.",),
)
MODULES = ("cache_manager.py", "leaderboard.py", "shopping_cart.py")
SUBMISSION = Submission("my-solution", "9b1d" * 16, MODULES)

# Exercise, objective, points, name, title.
CHECKS = (
    (
        "cache_manager",
        "values",
        2,
        "returns_what_was_stored",
        "`get` gives any JSON value back as JSON gives it.",
    ),
    ("cache_manager", "values", 2, "stored_none_is_none", "A stored None is None, not the default."),
    ("cache_manager", "values", 2, "delete_says_whether", "`delete` is True where there was an entry."),
    (
        "cache_manager",
        "values",
        3,
        "get_many_skips_missing",
        "`get_many` gives the entries that exist, by key.",
    ),
    (
        "cache_manager",
        "keys",
        3,
        "names_are_used_as_they_are",
        "Keys are any text: colons, spaces and emoji are kept.",
    ),
    ("cache_manager", "keys", 2, "namespaces_do_not_mix", "Two namespaces never see each other's entries."),
    (
        "cache_manager",
        "arguments",
        2,
        "refuses_bad_ttl",
        "A time-to-live of 0, below 0 or 1.5 raises ValueError.",
    ),
    (
        "cache_manager",
        "ttl",
        4,
        "overwrite_replaces_ttl",
        "Setting a key again replaces its value and its time-to-live together.",
    ),
    (
        "cache_manager",
        "ttl",
        2,
        "touch_restarts_ttl",
        "`touch` restarts the time-to-live and keeps the value.",
    ),
    (
        "cache_manager",
        "performance",
        4,
        "get_many_in_one_round_trip",
        "`get_many` takes one round trip, whatever the number of keys.",
    ),
    (
        "cache_manager",
        "performance",
        4,
        "set_many_in_one_round_trip",
        "`set_many` takes one round trip, whatever the number of keys.",
    ),
    (
        "cache_manager",
        "atomicity",
        6,
        "one_caller_computes",
        "Of all callers that miss at the same time, one calls `compute`.",
    ),
    ("cache_manager", "crashes", 4, "no_key_without_expiry", "No crash leaves a key that never expires."),
    ("leaderboard", "ordering", 5, "top_in_board_order", "`top` gives the first n in board order."),
    ("leaderboard", "ordering", 5, "equal_scores_share_a_rank", "Equal scores share a rank: 1, 2, 2, 4."),
    ("leaderboard", "values", 4, "submit_keeps_the_best", "`submit` keeps the player's best score."),
    ("leaderboard", "atomicity", 8, "two_adds_both_count", "Two adds at once: both count."),
    (
        "leaderboard",
        "performance",
        8,
        "rank_reads_little",
        "`rank` reads no more than a few entries on a board of any size.",
    ),
    ("shopping_cart", "values", 5, "items_gives_quantities", "`items` gives each item's quantity."),
    ("shopping_cart", "arguments", 5, "refuses_bad_quantity", "A quantity below 1 raises ValueError."),
    (
        "shopping_cart",
        "ttl",
        5,
        "change_restarts_ttl",
        "A change that leaves items in the cart restarts its time-to-live.",
    ),
    (
        "shopping_cart",
        "patterns",
        5,
        "merge_adds_quantities",
        "`merge` adds the guest cart's quantities to this one.",
    ),
    (
        "shopping_cart",
        "atomicity",
        5,
        "two_checkouts_one_gets_it",
        "Of two checkouts at once one gets the items and the other {}.",
    ),
    (
        "shopping_cart",
        "crashes",
        5,
        "merge_survives_a_crash",
        "Wherever the process dies, `merge` loses and doubles no unit.",
    ),
)
TITLES = {"cache_manager": "Cache manager", "leaderboard": "Leaderboard", "shopping_cart": "Shopping cart"}


def passed_checks() -> tuple[CheckResult, ...]:
    """Every check, passed."""
    return tuple(
        CheckResult(f"{exercise}.{name}", title, objective, points, points, Outcome.PASSED, duration=0.01)
        for exercise, objective, points, name, title in CHECKS
    )


def together(checks: tuple[CheckResult, ...], **changes: object) -> Results:
    """Results of these checks, summed up."""
    exercises = []
    for name, title in TITLES.items():
        own = tuple(check for check in checks if check.id.startswith(f"{name}."))
        if own:
            score, points = sum(check.score for check in own), sum(check.points for check in own)
            exercises.append(ExerciseResult(name, title, score, points, own))
    results = Results(
        status=Status.GRADED,
        score=sum(exercise.score for exercise in exercises),
        max_score=sum(exercise.max_score for exercise in exercises),
        submission=SUBMISSION,
        run=RUN,
        exercises=tuple(exercises),
        title="Caching with Valkey",
    )
    return replace(results, **changes)


def changed(changes: dict[str, dict[str, object]]) -> tuple[CheckResult, ...]:
    """Every check passed but for those named, which lose their points and get these fields."""
    return tuple(
        replace(check, **{"score": 0, **changes[check.id]}) if check.id in changes else check
        for check in passed_checks()
    )


def perfect() -> Results:
    """Full marks."""
    return together(passed_checks())


WRONG_TTL = {
    "outcome": Outcome.FAILED,
    "message": "11 seconds after the second write the entry was still there.",
    "expected": Value("None", "NoneType"),
    "seen": Value("'new'", "str"),
    "hint": "SET replaces the expiry too. Is it set on the second write?",
    "guide": "time-to-live",
    "evidence": Evidence(
        call='cache.get("k")',
        commands=(
            Command(1, "A", 1, 'SET "cache:k" "\\"old\\"" EX 100', "OK", 5),
            Command(2, "A", 2, 'SET "cache:k" "\\"new\\"" KEEPTTL', "OK", 5, 0.5),
            Command(3, "A", 3, 'GET "cache:k"', '"\\"new\\""', 11, 11.5),
        ),
        clock=(ClockStep(2, 11),),
        keys=(KeyState("cache:k", "string", 89.0),),
        output="setting k\nsetting k again\n",
    ),
}
MANY_TRIPS = {
    "outcome": Outcome.FAILED,
    "message": "The call took 100 round trips for 100 keys.",
    "expected": Value("1 round trip"),
    "seen": Value("100 round trips"),
    "hint": "One command can read many keys, and a pipeline can send many commands at once.",
    "guide": "round-trips",
    "evidence": Evidence(
        call="cache.get_many(keys)",
        commands=tuple(
            Command(n, "A", n, f'GET "cache:product:{n:03}"', f'"{{\\"id\\": {n}}}"', 17)
            for n in range(1, 61)
        ),
        commands_left_out=40,
    ),
}
BATCHES = {
    "outcome": Outcome.FAILED,
    "message": "After the call an entry had no expiry.",
    "expected": Value("an expiry on every key"),
    "seen": Value("cache:b has none"),
    "hint": "MSET sets no expiry. A pipeline of SET with EX is one round trip too.",
    "guide": "round-trips",
    "evidence": Evidence(
        call='cache.set_many({"a": 1, "b": 2}, ttl=60)',
        commands=(
            Command(1, "A", 1, 'MSET "cache:a" "1" "cache:b" "2"', "OK", 5),
            Command(2, "A", 2, 'EXPIRE "cache:a" 60', "(integer) 1", 4),
            Command(3, "A", 2, 'EXPIRE "b" 60', "(integer) 0", 4),
        ),
        keys=(KeyState("cache:a", "string", 60.0), KeyState("cache:b", "string", None)),
    ),
}
WRONG_NUMBER = {
    "outcome": Outcome.FAILED,
    "message": "The time-to-live is wrong.",
    "expected": Value("a number from 99 to 100"),
    "seen": Value("-1", "int"),
    "guide": "bad-arguments",
    "evidence": Evidence(call="cache.ttl('k')"),
}
WRONG_RANKS = {
    "outcome": Outcome.FAILED,
    "message": "Equal scores got different ranks.",
    "expected": Value(
        "[(1, 'ada', 50.0), (2, 'bob', 40.0), (2, 'cy', 40.0), (4, 'dee', 30.0), (5, 'eve', 20.0), (6, 'fay', 10.0)]",
        "list",
    ),
    "seen": Value(
        "[(1, 'ada', 50.0), (2, 'bob', 40.0), (3, 'cy', 40.0), (4, 'dee', 30.0), (5, 'eve', 20.0), (6, 'fay', 10.0)]",
        "list",
    ),
    "hint": "A rank is one more than the number of players with a higher score.",
    "guide": "ties-and-ranks",
    "evidence": Evidence(
        call="board.top(10)",
        commands=(
            Command(
                1,
                "A",
                1,
                'ZRANGE "board:w" 0 9 REV WITHSCORES',
                '1) "ada" 2) (double) 50 3) "cy" 4) (double) 40',
                96,
            ),
        ),
    ),
}
SOURCE = (
    "    def add(self, item: str, quantity: int = 1) -> int:",
    "        if quantity < 1:",
    '            raise ValueError("quantity must be at least 1")',
    "        new = int(self.client.hget(self.key, item)) + quantity",
    "        self.client.hset(self.key, item, new)",
    "        return new",
    "",
)
FRAME = Frame("shopping_cart.py", 24, "add", SOURCE, 21)
RAISED = StudentError(
    "TypeError",
    "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'",
    (FRAME,),
)
ADD_RAISES = {
    "outcome": Outcome.ERRORED,
    "message": "cart.add raised TypeError where the contract has it return the new quantity.",
    "hint": "HGET gives None where the field is missing. HINCRBY adds in one step and starts at 0.",
    "guide": "carts-and-quantities",
    "evidence": Evidence(
        call='cart.add("tea", 2)',
        commands=(Command(1, "A", 1, 'HGET "cart:ada" "tea"', "(nil)", 3),),
        error=RAISED,
    ),
}
RACE = {
    "outcome": Outcome.FAILED,
    "message": "Two callers added 10 each to a score of 0, and one of the adds was lost.",
    "expected": Value(
        "board.add('ada', 10) → 10.0\nboard.add('ada', 10) → 20.0\nboard.score('ada') → 20.0\n\n"
        "board.add('ada', 10) → 20.0\nboard.add('ada', 10) → 10.0\nboard.score('ada') → 20.0"
    ),
    "seen": Value("board.add('ada', 10) → 10.0\nboard.add('ada', 10) → 10.0\nboard.score('ada') → 10.0"),
    "hint": "Between your read and your write another caller may write. Let the server add in one step.",
    "guide": "lost-updates",
    "evidence": Evidence(
        call='board.score("ada")',
        schedule=Schedule(
            actors=("A", "B"),
            steps=(
                Step("A", StepKind.CALLS, 'board.add("ada", 10.0)'),
                Step("B", StepKind.CALLS, 'board.add("ada", 10.0)'),
                Step("A", StepKind.SENDS, 'ZSCORE "board:w" "ada"', "(nil)"),
                Step("B", StepKind.SENDS, 'ZSCORE "board:w" "ada"', "(nil)"),
                Step("B", StepKind.SENDS, 'ZADD "board:w" 10 "ada"', "(integer) 1"),
                Step("B", StepKind.RETURNS, "10.0"),
                Step("A", StepKind.SENDS, 'ZADD "board:w" 10 "ada"', "(integer) 0", wrong=True),
                Step("A", StepKind.RETURNS, "10.0"),
                Step("", StepKind.CLOCK, "1 second"),
            ),
            choices=(0, 1, 0, 1, 1, 1, 0, 0),
            explored=5,
            verdict="The score is 10.0. One after the other, in either order, it would be 20.0.",
        ),
        commands=(
            Command(1, "A", 1, 'ZSCORE "board:w" "ada"', "(nil)", 3),
            Command(2, "B", 1, 'ZSCORE "board:w" "ada"', "(nil)", 3),
            Command(3, "B", 2, 'ZADD "board:w" 10 "ada"', "(integer) 1", 4),
            Command(4, "A", 2, 'ZADD "board:w" 10 "ada"', "(integer) 0", 4),
        ),
    ),
}
CRASH = {
    "outcome": Outcome.FAILED,
    "message": "The process died between two commands and left a key that never expires.",
    "expected": Value("an expiry on every key"),
    "seen": Value("cache:k has none"),
    "hint": "SET with EX writes the value and its expiry in one step.",
    "guide": "crashes-and-expiry",
    "evidence": Evidence(
        call='cache.set("k", "v", ttl=60)',
        commands=(Command(1, "A", 1, 'SET "cache:k" "\\"v\\""', "OK", 5),),
        crash=Crash(1, 'SET "cache:k" "\\"v\\""', (KeyState("cache:k", "string", None),)),
    ),
}
TIME_OUT = {
    "outcome": Outcome.TIMED_OUT,
    "message": "cache.get_or_compute had not returned after 5 seconds.",
    "hint": "A lock whose owner died must run out by itself.",
    "guide": "cache-stampede",
    "evidence": Evidence(
        call='cache.get_or_compute("k", compute)',
        commands=(
            Command(1, "A", 1, 'GET "cache:k"', "(nil)", 3),
            Command(2, "A", 2, 'SET "lock:k" "1" NX', "(nil)", 3),
        ),
        stack=(
            Frame(
                "cache_manager.py",
                61,
                "get_or_compute",
                ("        while not self._lock(key):", "            time.sleep(0.05)"),
                60,
            ),
        ),
        waiting_for="It was in time.sleep, for the 97th time.",
    ),
}
SKIPPED = {
    "outcome": Outcome.SKIPPED,
    "skipped_because": "shopping_cart.items_gives_quantities",
    "hint": "One script or a transaction can read and delete in one step.",
    "guide": "merge-and-checkout",
}


def typical() -> Results:
    """A submission with one mistake of each kind."""
    return together(
        changed(
            {
                "cache_manager.overwrite_replaces_ttl": WRONG_TTL,
                "cache_manager.refuses_bad_ttl": WRONG_NUMBER,
                "cache_manager.get_many_in_one_round_trip": MANY_TRIPS,
                "cache_manager.set_many_in_one_round_trip": BATCHES,
                "cache_manager.one_caller_computes": TIME_OUT,
                "cache_manager.no_key_without_expiry": CRASH,
                "leaderboard.equal_scores_share_a_rank": WRONG_RANKS,
                "leaderboard.two_adds_both_count": RACE,
                "shopping_cart.items_gives_quantities": ADD_RAISES,
                "shopping_cart.change_restarts_ttl": ADD_RAISES,
                "shopping_cart.two_checkouts_one_gets_it": SKIPPED,
            }
        )
    )


def stub_error(module: str) -> dict[str, object]:
    """What a check on an untouched stub gives."""
    frame = Frame(module, 40, "__init__", ("        raise NotImplementedError",), 40)
    return {
        "outcome": Outcome.ERRORED,
        "message": "The constructor raised NotImplementedError.",
        "hint": "Start with the constructor: keep the client, and check the arguments.",
        "guide": "strings",
        "evidence": Evidence(error=StudentError("NotImplementedError", "", (frame,))),
    }


def hopeless() -> Results:
    """Two untouched stubs, and one module that can't be read."""
    stubs = {
        check.id: stub_error(f"{check.id.partition('.')[0]}.py")
        for check in passed_checks()
        if not check.id.startswith("shopping_cart")
    }
    problem = "shopping_cart.py can't be read: line 12 has an opening bracket that is never closed."
    unread = {
        check.id: {"outcome": Outcome.SKIPPED, "skipped_because": problem}
        for check in passed_checks()
        if check.id.startswith("shopping_cart")
    }
    results = together(changed(stubs | unread))
    first, second, third = results.exercises
    return replace(results, exercises=(first, second, replace(third, problem=problem)))


def not_graded() -> Results:
    """The grader's own fault: no score."""
    broken = {
        "leaderboard.two_adds_both_count": {
            "outcome": Outcome.GRADER_ERROR,
            "message": "The server stopped while this check ran.",
        }
    }
    results = together(changed(broken))
    return replace(
        results,
        status=Status.NOT_GRADED,
        score=None,
        reason="Valkey stopped in the middle of the run.",
        exercises=tuple(replace(exercise, score=None) for exercise in results.exercises),
    )


def not_isolated() -> Results:
    """A run without walls, of a submission that lacks a module."""
    problem = "The submission has no leaderboard.py."
    skipped = {"outcome": Outcome.SKIPPED, "skipped_because": problem}
    ids = [check.id for check in passed_checks() if check.id.startswith("leaderboard")]
    results = together(changed(dict.fromkeys(ids, skipped)))
    first, second, third = results.exercises
    note = "This machine has no bubblewrap, and user namespaces are switched off."
    return replace(
        results,
        exercises=(first, replace(second, problem=problem), third),
        run=replace(RUN, isolation=Isolation.NONE, isolated=False, isolation_note=note),
        submission=replace(
            SUBMISSION, missing=("leaderboard.py",), warnings=("A link, data.txt, was left out.",)
        ),
    )


def late() -> Results:
    """A perfect submission that came too late, and one point given by hand."""
    results = perfect()
    return replace(
        results,
        score=91,
        adjustments=(
            Adjustment("late", -10, "Handed in 1 day after the due date."),
            Adjustment("override", 1, "A fair point.", by="ada"),
        ),
    )


NASTY = (
    "</code></pre><script>alert(1)</script><img src=x onerror=alert(2)> \x1b[31mred\x1b[0m\x1b]0;owned\x07 "
    "\u202egnp.exe\u202c \u2066\ud800\x00\x7f\x9b2J \ufffe {{ 7*7 }} {% raw %} [bold]rich[/bold] [link=http://x]y[/link] "
    "سلة שלום 👩\u200d👩\u200d👧 e" + "\u0301" * 50 + "'\"&amp;\u2028\u200b\U000e0041"
)


def broken_out() -> dict[str, object]:
    """A student's text that tries to break out, everywhere where a student's text may stand."""
    long = NASTY + "x" * 5000
    steps = tuple(Step("AB"[n % 2], StepKind.SENDS, NASTY, NASTY, wrong=n == 3) for n in range(5))
    frame = Frame(NASTY, 3, NASTY, (NASTY, long, NASTY), 2)
    commands = tuple(Command(n, "AB"[n % 2], n, long, NASTY, 5) for n in range(1, 200))
    evidence = Evidence(
        call=NASTY,
        commands=commands,
        keys=tuple(KeyState(NASTY, "string", None) for _ in range(50)),
        error=StudentError(NASTY, long, (frame,) * 40),
        stack=(frame,) * 40,
        waiting_for=NASTY,
        output=NASTY + "\n" * 500 + long * 10,
        schedule=Schedule(("A", "B"), steps, (0, 1), 5, verdict=NASTY),
        crash=Crash(2, long, (KeyState(NASTY, "hash", 1.5),)),
    )
    return {
        "outcome": Outcome.ERRORED,
        "message": long,
        "expected": Value(f"[{NASTY!r}, 1, 2, 3, 4]", "list"),
        "seen": Value("[" + ", ".join(repr(f"{NASTY}{n}") for n in range(200)) + "]", NASTY),
        "hint": "Take care.",
        "guide": "strings",
        "evidence": evidence,
    }


def hostile() -> Results:
    """Two checks that try to break out, and so does the submission's name."""
    broken = broken_out()
    checks = passed_checks()
    results = together(
        changed({checks[0].id: broken, checks[7].id: {**broken, "outcome": Outcome.TIMED_OUT}})
    )
    name = NASTY.replace("/", "")
    return replace(results, submission=replace(SUBMISSION, name=name, modules=(NASTY,), warnings=(NASTY,)))


def huge() -> Results:
    """As much evidence as there can be, in every check."""
    broken = {**broken_out(), "outcome": Outcome.FAILED}
    return together(changed({check.id: broken for check in passed_checks()}))


SAMPLES = {
    sample.__name__: sample
    for sample in (perfect, typical, hopeless, not_graded, not_isolated, late, hostile)
}
