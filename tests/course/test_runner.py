"""The class runner: everything once, our faults again, nothing held."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from grader.course.runner import Finished, Plan, Tick, run_all
from grader.errors import SubmissionError


def plan(work, faulty=lambda _: "", window=3, pack=lambda task: task):
    return Plan(pack=pack, work=work, faulty=faulty, window=window)


def finished(steps):
    return [step for step in steps if isinstance(step, Finished)]


def test_every_task_is_finished_once():
    with ThreadPoolExecutor(2) as executor:
        steps = finished(run_all(range(50), plan(lambda n: n * n), executor))
    assert sorted(step.value for step in steps) == [n * n for n in range(50)]


def test_an_error_is_tried_again_and_then_told():
    tries = []

    def work(task):
        tries.append(task)
        raise RuntimeError(task)

    with ThreadPoolExecutor(1) as executor:
        (step,) = finished(run_all(["a"], plan(work), executor))
    assert tries == ["a", "a"]
    assert str(step.error) == "a"


def test_a_fault_in_a_value_is_tried_again():
    values = iter(["fault", "fine"])
    with ThreadPoolExecutor(1) as executor:
        steps = finished(run_all(["a"], plan(lambda _: next(values), lambda v: v * (v == "fault")), executor))
    assert [step.value for step in steps] == ["fine"]


def test_time_in_the_queue_does_not_count(monkeypatch):
    monkeypatch.setattr("grader.course.runner.TICK_SECONDS", 0.02)
    events = {name: threading.Event() for name in "ab"}
    with ThreadPoolExecutor(1) as executor:
        steps = run_all("ab", plan(lambda name: events[name].wait(10)), executor)
        first = [tick for tick, _ in zip((s for s in steps if isinstance(s, Tick)), range(20), strict=False)]
        events["a"].set()
        second = next(step for step in steps if isinstance(step, Tick))
        events["b"].set()
        list(steps)
    assert {tick.slowest for tick in first} == {"a"}
    assert second.slowest == "b"
    assert second.seconds < first[-1].seconds


def test_what_cannot_be_packed_does_not_stop_the_others():
    def pack(task):
        if task == 1:
            raise SubmissionError("no")
        return task

    with ThreadPoolExecutor(1) as executor:
        steps = finished(run_all(range(3), plan(lambda n: n, pack=pack), executor))
    assert {step.task: step.value for step in steps} == {0: 0, 1: None, 2: 2}


def test_no_more_than_the_window_is_ever_packed_ahead():
    packed, done, ahead = [], [], []

    def pack(task):
        packed.append(task)
        ahead.append(len(packed) - len(done))
        return task

    class Inline(ThreadPoolExecutor):
        def submit(self, fn, *args):
            future = Future()
            future.set_result(fn(*args))
            return future

    steps = run_all(range(40), plan(lambda n: n, window=4, pack=pack), Inline(1))
    done.extend(steps)
    assert len(done) == 40
    assert max(ahead) <= 4 + 1
