"""Two callers tell each other nothing but through Valkey, by no file either."""

import pytest

from grader.assignment import Exercise
from grader.suites.lab import Lab
from grader.suites.subject import Subject

STUDENT = """
import os, socket
class It:
    def __init__(self, client): pass
    def leave(self):
        place = os.environ["TMPDIR"]
        before = os.stat(place)
        with open(place + "/message", "w") as file: file.write("x")
        try: os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
        except PermissionError: pass  # it is root's
    def host(self): return socket.gethostname()
    def look(self):
        return os.path.exists(os.environ["TMPDIR"] + "/message")
"""


@pytest.fixture
def hosts():
    """Whether two callers are on hosts of one name, at each time."""
    return []


@pytest.fixture
def ask(theatre, hosts):
    """What two callers see who look on a stage of their own, once each of the methods was called."""
    (theatre.submission / "apart.py").write_text(STUDENT)

    def ask(*methods):
        with theatre.rig.stage(1) as stage:
            lab = Lab(stage, Subject(Exercise("apart", "Apart", "It", 10), "apart.py"), 1, 10)
            here, there = lab.new("here"), lab.new("there", actor=lab.enter())
            for method in methods:
                getattr(here, method)()
            hosts.append(here.host() == there.host())
            return [here.look(), there.look()]

    return ask


def test_who_makes_a_file_is_parted_from_the_others_and_what_was_seen_is_void(theatre, ask, hosts):
    assert ask() == [False, False]
    assert not theatre.rig.parted
    assert ask("leave") == [True, True]
    assert theatre.rig.parted
    assert ask("leave") == [True, False]
    assert not theatre.rig.parted  # for now it counts
    assert theatre.rig.workers.apart
    assert hosts == [True, True, False]  # by their names the two are told apart
