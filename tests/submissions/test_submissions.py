"""Each right submission of the corpus gets full marks; each faulty one fails exactly what it must."""

import pytest

from .record import expected_fails, failed_checks, folders, graded_once

SUBMISSIONS = folders()


def name_of(folder):
    return "/".join(folder.parts[-3:])


@pytest.mark.parametrize("folder", [f for f in SUBMISSIONS if f.parent.name == "right"], ids=name_of)
def test_a_right_submission_gets_full_marks(folder):
    results = graded_once(folder)
    assert failed_checks(results) == []
    assert results.score == results.max_score


@pytest.mark.parametrize("folder", [f for f in SUBMISSIONS if f.parent.name == "faulty"], ids=name_of)
def test_a_faulty_submission_fails_exactly_what_it_must(folder):
    fails = expected_fails(folder)
    assert fails, "Which checks must it fail? See record.py."
    assert sorted(failed_checks(graded_once(folder))) == sorted(fails)
