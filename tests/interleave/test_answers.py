"""A scenario's later calls are given what its earlier ones returned."""

import pytest

from grader.interleave.answers import Answers
from grader.interleave.calls import Answered, Call, Raised, Returned, StudentFault


def test_a_call_is_given_what_that_very_call_returned():
    first, second = Call("create", ("ann",)), Call("create", ("ann",))
    answers = Answers()
    answers.note(first, Returned("one"))
    answers.note(second, Returned("two"))
    assert first == second
    assert answers.fill(Call("get", (Answered(second), 5))) == Call("get", ("two", 5))


def test_a_call_that_raised_is_the_students_error():
    create, answers = Call("create", ("ann",)), Answers()
    answers.note(create, Raised("KeyError", "'x'"))
    with pytest.raises(StudentFault, match=r"create.*KeyError"):
        answers.fill(Call("get", (Answered(create),)))


def test_it_is_shown_as_the_call_that_it_comes_from():
    assert str(Call("get", (Answered(Call("create", ("ann",))),))) == "it.get(it.create('ann'))"
