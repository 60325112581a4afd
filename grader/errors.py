"""Whose fault it is, typed where it happens: ours, the user's, or the submission's."""


class GraderError(Exception):
    """Our own failure: nothing is charged to the student, no score is shown, exit status 4."""


class FloodError(Exception):
    """The submission took more of Valkey than anybody needs: the message says what; the student's fault."""


class UsageError(Exception):
    """The command or its settings are wrong: the message says what, where and what to do; exit status 2."""


class SubmissionError(Exception):
    """The submission can't be read: the message says why and what to do; exit status 3."""


def say_fault(error: BaseException) -> str:
    """What is told of a failure of ours: its own words, after its type where it isn't one that we raise."""
    return str(error) if isinstance(error, GraderError) else f"{type(error).__name__}: {error}"
