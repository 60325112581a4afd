"""What a student is told about errors that say nothing of what to do."""

import pytest

from grader.interleave.calls import Raised
from grader.suites.advice import CLIENT, COMMAND, FOLDER, PACKAGE, READ_ONLY, advice
from reports.catalogue import load


@pytest.mark.parametrize(
    ("raised", "hint"),
    [
        (Raised("ConnectionError", "Error 111 connecting to localhost:6379. Connection refused."), CLIENT),
        (Raised("ConnectionError", "Connection closed by server."), ""),
        (Raised("TypeError", "Redis.__init__() got an unexpected keyword argument 'path'"), CLIENT),
        (Raised("TypeError", "f() got an unexpected keyword argument 'pathname'"), ""),
        (
            Raised("NoPermissionError", "User student has no permissions to run the 'flushdb' command"),
            COMMAND,
        ),
        (Raised("ModuleNotFoundError", "No module named 'numpy'"), PACKAGE),
        (Raised("FileNotFoundError", "[Errno 2] No such file or directory: 'take.lua'"), FOLDER),
        (Raised("OSError", "[Errno 30] Read-only file system: 'log.txt'"), READ_ONLY),
        (Raised("OSError", "[Errno 24] Too many open files"), ""),
        (Raised("KeyError", "'ann'"), ""),
        (None, ""),
    ],
)
def test_an_error_with_one_cause_has_its_hint(raised, hint):
    assert advice(raised) == hint


@pytest.mark.parametrize("hint", [CLIENT, COMMAND, FOLDER, PACKAGE, READ_ONLY])
def test_each_of_them_is_said_in_german(hint):
    assert load("de").said(hint) != hint
