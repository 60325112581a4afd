"""What a student reads about each failed check, as plain text that is the same for the same seed.

Nothing here depends on the machine: no times, no addresses, no durations.
"""

import re

from grader.results import CheckResult, Evidence, Outcome, Results, Value
from reports import causes

COMMANDS = 6  # the last ones
STEPS = 12  # the first ones of a schedule
WIDTH = 160  # of a line, in characters
# What differs from run to run: addresses of objects and threads, random tokens, digests, times since 1970.
CHANGING = re.compile(
    r"0x[0-9a-f]{6,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{16,}\b|\b1[6-9]\d{8,17}(?:\.\d+)?\b"
    r"|(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{32,}|\b1[34]\d{13}\b"
)


# The server gives these replies in an order of its own; whoever reads keys by them asks on in that order.
UNORDERED = {"SCAN", "HSCAN", "SSCAN", "ZSCAN", "KEYS", "SMEMBERS", "HGETALL", "HKEYS", "HVALS"}
ASKED_ON = {"DEL", "UNLINK", "MGET", "TOUCH", "HMGET", "HDEL"}
EXACT = {"PTTL", "HPTTL"}  # milliseconds go on while code runs
FEW = 3  # words of a command that name no more than one or two keys

NUMBER = re.compile(r"(?<=\(integer\) )\d+")
# What a limiter says of the seconds left is as exact as the machine is quick.
LEFT = re.compile(r"(?<=\(False, 0, )[\d.e-]+|[\d.e-]+(?= \(float\))|(?<=\(integer\) )\d{3,}")


def sentences(results: Results) -> str:
    """All checks that did not pass, each with its id and what is said of it.

    Those that the same error stopped are named and no more, as on the scorecard.
    """
    checks = [check for exercise in results.exercises for check in exercise.checks]
    found = causes.find(results)
    return "\n".join(
        f"{check.id}: the same error as {found.explained_by[check.id]}\n"
        if check.id in found.same_error
        else told(check)
        for check in checks
        if check.outcome is not Outcome.PASSED
    )


def told(check: CheckResult) -> str:
    """One check."""
    rows = [
        f"{check.id}: {check.outcome}",
        f"  title     {check.title}",
        f"  message   {check.message}",
        f"  skipped   {check.skipped_because}" if check.skipped_because else "",
        f"  expected  {shown(check.expected)}" if check.expected else "",
        f"  seen      {shown(check.seen)}" if check.seen else "",
        f"  hint      {check.hint}",
        *evidence(check.evidence),
    ]
    if check.id.startswith("rate_limiter."):
        rows = [LEFT.sub("<...>", row) for row in rows]
    return "".join(f"{steady(row)}\n" for row in rows if row)


def shown(value: Value) -> str:
    """A value with its type."""
    text = value.text.replace("\n\n", " - or - ").replace("\n", "; ")  # a race's endings
    return f"{text} ({value.type})" if value.type else text


def evidence(found: Evidence) -> list[str]:
    """The call, the last commands, and what else was seen."""
    commands = found.commands[-COMMANDS:]
    rows = [f"  call      {found.call}"] if found.call else []
    first = len(found.commands) - len(commands) + 1
    rows += [
        f"  sent {n:>4}  {one.actor} {exchange(one.text, one.reply)}" for n, one in enumerate(commands, first)
    ]
    if found.error:
        rows.append(f"  raised    {found.error.type}: {found.error.message}")
        rows += [f"  at        {one.file}:{one.line} in {one.function}" for one in found.error.frames[-1:]]
    if found.waiting_for:
        rows.append(f"  waiting   {found.waiting_for}")
    if found.crash:
        rows.append(f"  died      after {found.crash.after_command}: {found.crash.command}")
        rows += [f"  left      {key.key} ({key.type})" for key in found.crash.left]
    if found.schedule:
        rows.append(f"  verdict   {found.schedule.verdict}")
        rows += [
            f"  step      {step.actor} {step.kind} {command(step.text)}"
            + ("  <- wrong" if step.wrong else "")
            for step in found.schedule.steps[:STEPS]
        ]
    return rows


def exchange(text: str, reply: str) -> str:
    """A command and its reply, without what comes in any order."""
    name, shown = text.partition(" ")[0], command(text)
    if name in EXACT:
        reply = NUMBER.sub("<...>", reply)
    return f"{shown}  ->  {reply if shown == text and name not in UNORDERED else '<...>'}"


def command(text: str) -> str:
    """A command, without the names of many keys or fields."""
    name, words = text.partition(" ")[0], len(text.split())
    return f"{name} <...>" if name in ASKED_ON and words > FEW else text


def steady(row: str) -> str:
    """One line of bounded width, without what differs from run to run."""
    line = CHANGING.sub("<...>", row.replace("\n", "\\n")).rstrip()
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."
