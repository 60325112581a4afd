"""Imported by the fork server alone: does once what each grading would otherwise do for itself."""

import gc
import importlib

from grader.assignment import DEFAULT
from grader.course.marking import draw
from grader.course.ungraded import no_results
from grader.settings import Settings

# Compiles the scorecard's templates, which takes longer than drawing with them.
draw(no_results("", "", "", Settings(seed=0)), DEFAULT)

# Where pytest finds its modules imported, it takes them as they are.
for name in ("pytest_jsonreport.plugin", *(f"grader.suites.test_{e.id}" for e in DEFAULT.exercises)):
    importlib.import_module(name)

# What is here stays for ever: the collector of no fork needs to look at it, and to copy its pages, again.
gc.collect()
gc.freeze()
