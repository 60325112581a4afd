"""Runs the hidden suites with pytest and collects one result for each check."""
