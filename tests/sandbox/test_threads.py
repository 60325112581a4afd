"""Whether a process is at rest, by what the kernel says of its threads."""

import os
import select
import signal
import subprocess
import sys
import time

import pytest

from grader.sandbox.threads import SILENCE_SECONDS, Threads

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="needs /proc")  # noqa: PTH110

# Does what it is told on stdin: each letter is one thing; it answers when it is about to block again.
CHILD = """
import hashlib, os, sys, threading, time
def work():  # without the lock that lets one thread run at a time
    hashlib.pbkdf2_hmac("sha256", b"", b"", 1_500_000)
def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end: pass
while True:
    what = os.read(0, 1)
    if what == b"s": spin(0.3)
    if what == b"t": t = threading.Thread(target=work); t.start(); spin(0.1)
    if what == b"b": threading.Thread(target=threading.Event().wait, daemon=True).start()
    if not what: break
    os.write(1, b"x")
"""


class Child:
    def __init__(self):
        self.popen = subprocess.Popen(
            [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self.threads = Threads(self.popen.pid)

    def tell(self, what):
        self.threads.stir()
        self.popen.stdin.write(what)

    def done(self):
        return bool(select.select([self.popen.stdout], [], [], 0)[0])

    def wait_for_rest(self):
        end = time.monotonic() + 10
        while not self.threads.at_rest():
            assert time.monotonic() < end

    def close(self):
        self.threads.close()
        self.popen.kill()
        self.popen.communicate()


@pytest.fixture
def child():
    child = Child()
    child.tell(b"x")
    assert child.popen.stdout.read(1) == b"x"
    child.wait_for_rest()
    yield child
    child.close()


def test_a_process_that_runs_is_not_at_rest(child):
    child.tell(b"s")
    while not child.done():
        assert not child.threads.at_rest() or child.done()
    child.wait_for_rest()


def test_a_thread_that_began_while_another_ran_is_seen(child):
    child.tell(b"b")
    child.popen.stdout.read(1)
    child.wait_for_rest()
    child.tell(b"t")
    while not child.done():
        child.threads.at_rest()  # sees that there is one thread more, in a moment at which another runs
    assert child.popen.stdout.read(1) == b"x"
    rests = [child.threads.look() for _ in range(50)]
    assert not any(rests)
    child.wait_for_rest()


def test_a_stopped_process_rests_and_a_dead_one_too(child):
    child.popen.send_signal(signal.SIGSTOP)
    child.threads.stir()
    child.wait_for_rest()
    child.popen.send_signal(signal.SIGCONT)
    child.popen.kill()
    child.popen.wait()
    assert child.threads.look()


def test_where_the_system_tells_nothing_silence_counts():
    threads = Threads(0)
    assert not threads.known
    threads.stir()
    assert not threads.at_rest()
    end = time.monotonic() + 10 * SILENCE_SECONDS
    while time.monotonic() < end and not threads.at_rest():
        pass
    assert threads.at_rest()


def test_who_was_seen_at_rest_is_looked_at_again_only_once_stirred(child):
    child.popen.stdin.write(b"s")  # nobody says so
    while not child.done():
        assert child.threads.at_rest()
    child.threads.stir()
    child.wait_for_rest()
    child.tell(b"s")
    while not child.done():
        assert not child.threads.at_rest() or child.done()
