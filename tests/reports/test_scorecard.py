"""Results to the scorecard's view: sums, what comes first, what explains what, commands."""

from dataclasses import replace

import pytest

from grader.results import (
    ClockStep,
    Command,
    Evidence,
    KeyState,
    Outcome,
    Schedule,
    Step,
    StepKind,
    StudentError,
    Value,
)
from reports.catalogue import load
from reports.checks import anchor
from reports.scorecard import build
from reports.trace import duration
from reports.view_evidence import Batch, Pause

from .samples import (
    FRAME,
    RUN,
    SAMPLES,
    SKIPPED,
    SUBMISSION,
    TIME_OUT,
    WRONG_TTL,
    changed,
    hopeless,
    late,
    not_graded,
    not_isolated,
    perfect,
    together,
    typical,
)

TTL = "cache_manager.overwrite_replaces_ttl"


def checks(card):
    return [
        check
        for exercise in card.exercises
        for group in exercise.groups
        for check in (
            *group.open,
            *(check for bundle in group.followers for check in bundle.checks),
            *group.passed,
        )
    ]


def one(card, name):
    (found,) = [check for check in checks(card) if check.id == name]
    return found


def test_the_summary_counts_checks_and_points():
    assert build(perfect()).summary == "Every check passed. There is nothing left to mend."
    assert build(typical()).summary == "13 of 24 checks passed. 52 points can still be gained."
    assert build(hopeless()).summary.startswith("None of the 24 checks passed yet.")


def test_what_no_check_took_is_said_apart():
    card = build(late())
    assert card.share.words == "91 of 100 points"
    assert card.summary == "Every check passed. There is nothing left to mend."
    assert [(change.kind, change.points) for change in card.changes] == [
        ("Late", "-10 points"),
        ("Decided by hand", "+1 point"),
    ]


def test_passed_checks_are_not_all_where_an_exercise_could_not_run():
    first, second, _ = perfect().exercises
    gone = replace(second, score=0, checks=(), problem="leaderboard.py is missing.")
    card = build(replace(perfect(), score=70, exercises=(first, gone)))
    assert card.summary == "13 of 13 checks passed. 30 points can still be gained."
    assert card.first.link.target == "#exercise-leaderboard"


def test_a_check_alone_needs_nothing_to_come_first():
    card = build(together(tuple(check for check in changed({TTL: WRONG_TTL}) if check.id == TTL)))
    assert card.summary == "The one check did not pass."
    assert card.first is None


def test_a_time_to_live_is_told_without_noise():
    keys = tuple(KeyState("k", "string", ttl) for ttl in (89.01, 1.26, 1, None))
    card = build(together(changed({TTL: {**WRONG_TTL, "evidence": Evidence(keys=keys)}})))
    told = [key.ttl for key in one(card, TTL).evidence.keys]
    assert told == ["89 seconds", "1.3 seconds", "1 second", "never expires"]


def test_every_check_of_every_sample_has_one_view():
    for sample in SAMPLES.values():
        results = sample()
        wanted = [check.id for exercise in results.exercises for check in exercise.checks]
        assert sorted(check.id for check in checks(build(results))) == sorted(wanted)


def test_a_perfect_scorecard_has_nothing_to_look_at():
    card = build(perfect())
    assert card.first is None
    assert not any(group.open for exercise in card.exercises for group in exercise.groups)


def test_what_explains_most_comes_first():
    card = build(typical())
    assert card.first.link.target == "#" + anchor("shopping_cart.items_gives_quantities")
    assert card.first.why == (
        "It costs 5 points, and 2 other checks did not pass for the same reason. Together that is 15 points."
    )


def test_what_costs_most_comes_first_where_nothing_explains_more():
    dear = {"cache_manager.one_caller_computes": TIME_OUT, TTL: WRONG_TTL}
    card = build(together(changed(dear)))
    assert card.first.link.text == "Of all callers that miss at the same time, one calls `compute`."
    assert card.first.why == "It costs 6 points; no other check costs more."


def test_an_exercise_that_could_not_run_comes_first_where_it_costs_most():
    card = build(not_isolated())
    assert card.first.link.target == "#exercise-leaderboard"
    assert card.first.why == "It costs 30 points: all of this exercise."


def test_a_missing_module_is_one_cause_even_where_each_check_says_it_anew():
    gone = {"outcome": Outcome.ERRORED, "message": "leaderboard.py is not in the submission."}
    ids = [check.id for check in perfect().exercises[1].checks]
    results = together(changed(dict.fromkeys(ids, gone)))
    first, second, third = results.exercises
    problem = "leaderboard.py is missing from the submission."
    card = build(replace(results, exercises=(first, replace(second, problem=problem), third)))
    assert card.first.link.text == problem
    assert [one(card, name).because is None for name in ids] == [True, False, False, False, False]


def test_a_stub_leads_to_the_line_of_the_student():
    results = hopeless()
    first, second, third = results.exercises
    stub = replace(first, problem="CacheManager() is not written yet.")
    card = build(replace(results, exercises=(stub, second, third)))
    assert card.first.link.target == "#" + anchor(first.checks[0].id)


def test_a_chain_of_skipped_checks_leads_to_its_root():
    ids = ["shopping_cart.items_gives_quantities", "shopping_cart.refuses_bad_quantity"]
    chain = {
        ids[0]: WRONG_TTL,
        ids[1]: {**SKIPPED, "skipped_because": ids[0]},
        "shopping_cart.change_restarts_ttl": {**SKIPPED, "skipped_because": ids[1]},
    }
    card = build(together(changed(chain)))
    assert "2 other checks" in card.first.why
    assert one(card, "shopping_cart.change_restarts_ttl").because.target == "#" + anchor(ids[1])


def test_checks_that_skip_each_other_in_a_ring_end():
    ids = ["shopping_cart.items_gives_quantities", "shopping_cart.refuses_bad_quantity"]
    ring = {
        name: {**SKIPPED, "skipped_because": other} for name, other in zip(ids, reversed(ids), strict=True)
    }
    assert build(together(changed(ring))).first


def polled(*texts, clock=()):
    sent = tuple(Command(n, "A", n, text, "(nil)", 0) for n, text in enumerate(texts, 1))
    wrong = {**WRONG_TTL, "evidence": Evidence(commands=sent, clock=clock)}
    entries = one(build(together(changed({TTL: wrong}))), TTL).evidence.trace.entries
    return [one.text if isinstance(one, Pause) else one.commands[0].number for one in entries]


def test_the_same_command_again_and_again_is_a_number():
    again = "The same again, {} times more, with the same reply"
    assert polled(*["GET k"] * 40, "DEL k") == [1, again.format(39), 41]
    assert polled(*["GET k"] * 3) == [1, 2, 3]
    moved = polled("SET k 1", *["GET k"] * 9, *["GET k"] * 5, clock=(ClockStep(10, 60.0),))
    assert moved == [1, 2, again.format(8), "The clock moves on by 1 minute", 11, again.format(4)]


def test_checks_about_one_subject_come_first_together():
    names = [check.id for check in perfect().exercises[0].checks][:4]
    wrong = {name: {**WRONG_TTL, "guide": "time-to-live", "score": 0} for name in names}
    first = build(together(changed(wrong))).first
    assert "3 other checks about the same (Time-to-live) did not pass" in first.why


def test_a_race_of_fewer_methods_comes_before_one_that_costs_more():
    def raced(*calls):
        steps = tuple(Step(actor, StepKind.CALLS, call) for actor, call in zip("AB", calls, strict=True))
        return {**WRONG_TTL, "evidence": Evidence(schedule=Schedule(("A", "B"), steps, ()))}

    by_points = sorted(perfect().exercises[0].checks, key=lambda check: check.points)
    little, much = by_points[0].id, by_points[-1].id
    merge, adds = raced("it.merge('g')", "it.add('a', 1)"), raced("it.add('a', 1)", "it.add('a', 2)")
    assert build(together(changed({little: adds, much: merge}))).first.link.target == "#" + anchor(little)
    other = raced("it.remove('a')", "it.clear()")
    assert build(together(changed({little: other, much: merge}))).first.link.target == "#" + anchor(much)


def test_checks_with_one_hint_come_first_together():
    names = [check.id for check in perfect().exercises[0].checks][:3]
    wrong = {
        name: {**WRONG_TTL, "hint": "Return a dict.", "guide": f"section-{n}", "score": 0}
        for n, name in enumerate(names)
    }
    first = build(together(changed(wrong))).first
    assert first.link.target == "#" + anchor(names[0])
    assert "2 other checks did not pass for the same reason" in first.why


@pytest.mark.parametrize(("order", "comes"), [("AABB", "plain"), ("ABA", "race")])
def test_a_race_that_goes_wrong_without_one_leads_to_a_check_of_one_caller(order, comes):
    by_points = sorted(perfect().exercises[0].checks, key=lambda check: check.points)
    names = {"plain": by_points[0].id, "race": by_points[-1].id}
    steps = tuple(Step(actor, StepKind.SENDS, "GET k") for actor in order)
    race = {**WRONG_TTL, "evidence": Evidence(schedule=Schedule(("A", "B"), steps, ()))}
    race |= {"guide": "", "hint": ""}
    first = build(together(changed({names["plain"]: WRONG_TTL, names["race"]: race}))).first
    assert first.link.target == "#" + anchor(names[comes])


def test_what_no_time_was_left_for_is_counted_to_what_took_it():
    ids = [check.id for check in perfect().exercises[0].checks]
    late = {"outcome": Outcome.SKIPPED, "score": 0, "skipped_because": "3 checks ran out of time before."}
    card = build(together(changed({ids[0]: TIME_OUT, **dict.fromkeys(ids[1:], late)})))
    assert card.first.link.target == "#" + anchor(ids[0])
    assert f"{len(ids) - 1} other checks" in card.first.why


def test_a_race_shows_what_fits_no_right_ending():
    right = Value(
        "cart.add('a', 1) → 1\ncart.items() → {'a': 3}\n\ncart.add('a', 1) → 3\ncart.items() → {'a': 3}"
    )
    seen = Value("cart.add('a', 1) → 1\ncart.items() → {'a': 1}")
    card = build(together(changed({TTL: {**WRONG_TTL, "expected": right, "seen": seen}})))
    shown = one(card, TTL)
    assert shown.comparison is None
    assert [[piece.text for piece in ending] for ending in shown.endings.expected] == [
        ["cart.add('a', 1) → 1", "cart.items() → {'a': 3}"],
        ["cart.add('a', 1) → 3", "cart.items() → {'a': 3}"],
    ]
    assert [piece.differs for piece in shown.endings.seen] == [False, True]
    assert shown.evidence.call == ""  # each of the calls is in the endings


def test_the_same_error_is_shown_in_full_once():
    card = build(typical())
    assert one(card, "shopping_cart.items_gives_quantities").evidence.error
    follower = one(card, "shopping_cart.change_restarts_ttl")
    assert follower.evidence is None
    assert follower.because.target == "#" + anchor("shopping_cart.items_gives_quantities")
    assert follower.hint
    assert follower.command


def test_a_skipped_check_may_give_a_sentence_for_its_reason():
    reason = {"outcome": Outcome.SKIPPED, "skipped_because": "Three checks before it ran out of time."}
    check = one(build(together(changed({TTL: reason}))), TTL)
    assert check.because is None
    assert check.because_words == reason["skipped_because"]


def test_the_problem_of_an_exercise_is_said_once():
    card = build(not_isolated())
    assert card.exercises[1].problem == "The submission has no leaderboard.py."
    assert one(card, "leaderboard.two_adds_both_count").because_words == ""


def test_nothing_graded_shows_no_points_anywhere():
    card = build(not_graded())
    assert card.share is None
    assert card.first is None
    assert all(exercise.share is None for exercise in card.exercises)
    assert not any(check.points for check in checks(card))
    assert card.notices[0].loud


def test_commands_quote_a_name_for_the_shell():
    for name, quoted in (("a b", "'a b'"), ("-rf", "./-rf"), ("a;rm", "'a;rm'"), ("ok", "ok")):
        card = build(replace(perfect(), submission=replace(SUBMISSION, name=name)))
        assert card.command == f"grade {quoted} --seed 20261124"


def test_the_trace_groups_round_trips_and_puts_the_clock_between():
    entries = one(build(typical()), TTL).evidence.trace.entries
    assert [type(entry) for entry in entries] == [Batch, Batch, Pause, Batch]
    assert entries[2].text == "The clock moves on by 11 seconds"
    batches = one(build(typical()), "cache_manager.set_many_in_one_round_trip").evidence.trace.entries
    assert [len(batch.commands) for batch in batches] == [1, 2]


def test_a_long_trace_shows_its_ends_and_counts_the_rest():
    trace = one(build(typical()), "cache_manager.get_many_in_one_round_trip").evidence.trace
    numbers = [
        command.number for entry in trace.entries if isinstance(entry, Batch) for command in entry.commands
    ]
    assert numbers == [*range(1, 9), *range(53, 61)]
    pauses = [entry.text for entry in trace.entries if isinstance(entry, Pause)]
    assert pauses == ["44 commands between these are not shown", "40 more commands are not shown"]
    assert trace.summary == "100 commands"


def test_commands_that_were_left_out_before_the_first_are_said_first():
    last = Evidence(commands=(Command(31, "A", 31, "PING", "PONG", 7),), commands_left_out=30)
    card = build(together(changed({TTL: {**WRONG_TTL, "evidence": last}})))
    first, second = one(card, TTL).evidence.trace.entries
    assert first.text == "30 earlier commands are not shown"
    assert second.commands[0].number == 31


def test_the_clock_may_move_before_after_and_inside_a_batch():
    commands = tuple(Command(number, "A", 1, "PING", "PONG", 7) for number in (1, 2))
    moved = Evidence(commands=commands, clock=tuple(ClockStep(after, 60) for after in (0, 1, 1, 2)))
    card = build(together(changed({TTL: {**WRONG_TTL, "evidence": moved}})))
    entries = one(card, TTL).evidence.trace.entries
    words = [entry.text if isinstance(entry, Pause) else entry.commands[0].number for entry in entries]
    minute = "The clock moves on by 1 minute"
    assert words == [minute, 1, "The clock moves on by 2 minutes", 2, minute]


def test_the_clock_alone_is_a_trace_too():
    moved = Evidence(clock=(ClockStep(0, 3600),))
    card = build(together(changed({TTL: {**WRONG_TTL, "evidence": moved}})))
    assert [entry.text for entry in one(card, TTL).evidence.trace.entries] == ["The clock moves on by 1 hour"]


def test_durations_take_the_largest_exact_unit():
    english = load("en")
    words = [duration(seconds, english) for seconds in (0.5, 1, 60, 90, 3600, 86400, 172800)]
    assert words == ["0.5 seconds", "1 second", "1 minute", "90 seconds", "1 hour", "1 day", "2 days"]


def test_facts_that_are_not_known_are_left_out():
    card = build(replace(not_graded(), run=replace(RUN, valkey_version="", server="", schedules=0)))
    names = {fact.name for fact in card.facts}
    assert not names & {"Valkey", "Orders of commands tried", "Image"}
    assert {"Seed", "Python", "Submission digest"} <= names


def test_a_deep_traceback_shows_its_ends():
    deep = StudentError(
        "RecursionError", "too deep", tuple(replace(FRAME, line=number) for number in range(1, 41))
    )
    broken = {"outcome": Outcome.ERRORED, "evidence": Evidence(error=deep)}
    error = one(build(together(changed({TTL: broken}))), TTL).evidence.error
    assert [frame.place.split(",")[1] for frame in error.frames] == [
        " line 1", " line 37", " line 38", " line 39", " line 40",
    ]  # fmt: skip
    assert error.left_out == "35 more places between these are not shown"


def test_a_time_out_tells_the_last_command_and_where_it_was():
    evidence = one(build(typical()), "cache_manager.one_caller_computes").evidence
    assert evidence.last_command == 'SET "lock:k" "1" NX'
    assert evidence.stack[0].place == "cache_manager.py, line 61, in get_or_compute"
    assert [line.current for line in evidence.stack[0].lines] == [False, True]
