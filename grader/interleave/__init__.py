"""Runs a check's actors as one simulation: who goes on next, and when, is the grader's choice."""
