"""Writes results.schema.json beside it, from the dataclasses that results.json is made of."""

# ruff: noqa: INP001 -- a script beside what it writes

import json
from pathlib import Path

from grader.codec import schema
from grader.results import Results

PATH = Path(__file__).with_name("results.schema.json")


def text() -> str:
    """The JSON Schema (2020-12) of results.json."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "results.json",
        "description": "What one grading produced; format_version says which form it has.",
    }
    return json.dumps({**head, **schema(Results)}, indent=2) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
