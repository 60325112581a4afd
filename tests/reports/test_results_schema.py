"""The published JSON Schema: current, and true of results."""

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import jsonschema
import pytest

from grader.codec import from_json, to_json
from grader.results import Results

from .samples import SAMPLES

FOLDER = Path(__file__).parents[2] / "schema"


@pytest.fixture(scope="module")
def published():
    return json.loads((FOLDER / "results.schema.json").read_text(encoding="utf-8"))


def test_the_published_schema_is_current():
    spec = spec_from_file_location("schema_write", FOLDER / "write.py")
    write = module_from_spec(spec)
    spec.loader.exec_module(write)
    assert write.PATH.read_text(encoding="utf-8") == write.text(), "run: make schema"


def test_it_is_a_schema(published):
    jsonschema.Draft202012Validator.check_schema(published)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "hostile"])
def test_results_are_valid_and_come_back_the_same(published, name):
    results = SAMPLES[name]()
    text = to_json(results)
    jsonschema.Draft202012Validator(published).validate(json.loads(text))
    assert from_json(text, Results) == results


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("status",), "fine"),
        (("score",), "62"),
        (("exercises", 0, "checks", 0, "outcome"), "passed?"),
        (("run", "seed"), None),
        (("submission",), {}),
    ],
)
def test_the_schema_refuses_what_results_never_hold(published, path, value):
    tree = json.loads(to_json(SAMPLES["typical"]()))
    place = tree
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(published).validate(tree)
