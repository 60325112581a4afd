"""The autograder: from a submission to its results."""

__version__ = "0.1.0"
