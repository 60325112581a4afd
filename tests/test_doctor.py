"""The doctor tries each thing for real, and says what its lack costs."""

import subprocess
import sys

from grader import doctor
from grader.engine import Engine
from grader.results import Isolation
from grader.sandbox.walls import Walls


def test_it_finds_what_this_machine_has():
    findings = {one.name: one for one in doctor.examine()}
    assert findings["Python"].there
    assert findings["redis-py"].text.split(".")[0].isdigit()
    assert findings["Valkey, embedded"].text.startswith("9.1")
    assert doctor.can_grade(list(findings.values()))


def test_a_lack_is_told_with_its_cost(monkeypatch):
    monkeypatch.setattr(
        doctor, "probe_engine", lambda _: Engine(False, problem="No Docker engine was found.")
    )
    monkeypatch.setattr(doctor, "choose", lambda _: Walls(Isolation.NONE, False, "Not isolated."))
    drawn = doctor.draw(doctor.examine())
    assert "No Docker engine was found." in drawn
    assert "takes the embedded one" in drawn
    assert "A student's code can reach whatever you can" in drawn


def test_without_any_server_nothing_can_be_graded(monkeypatch):
    monkeypatch.setattr(
        doctor, "probe_engine", lambda _: Engine(False, problem="No Docker engine was found.")
    )
    monkeypatch.setattr("grader.server.embedded.importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr(doctor, "choose", lambda _: Walls(Isolation.NONE, False, "Not isolated."))
    assert not doctor.can_grade(doctor.examine())


def test_the_command_draws_it():
    done = subprocess.run(
        [sys.executable, "-m", "grader.cli", "doctor"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Valkey, embedded" in done.stdout
