"""Imported by the fork server alone: does once what each grading would otherwise do for itself."""

import gc

from grader.assignment import DEFAULT
from grader.course.marking import draw
from grader.course.ungraded import no_results
from grader.harness.late import import_suites
from grader.settings import Settings

# Compiles the scorecard's templates, which takes longer than drawing with them.
draw(no_results("", "", "", Settings(seed=0)), DEFAULT)

import_suites(exercise.id for exercise in DEFAULT.exercises)

# What is here stays for ever: the collector of no fork needs to look at it, and to copy its pages, again.
gc.collect()
gc.freeze()
