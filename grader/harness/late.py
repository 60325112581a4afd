"""Imports what runs the suites, as late as can be: it takes longer than all else that `grade` imports."""

import importlib
from collections.abc import Iterable
from contextlib import suppress
from types import ModuleType


def import_suites(exercises: Iterable[str]) -> ModuleType:
    """Import pytest and the suites, for who forks later; gives ``grader.harness.run``, which runs them.

    Pytest takes modules that it finds imported as they are.
    """
    importlib.import_module("pytest_jsonreport.plugin")
    for exercise in exercises:
        with suppress(Exception):  # it is said where the suite is collected
            importlib.import_module(f"grader.suites.test_{exercise}")
    return importlib.import_module("grader.harness.run")
