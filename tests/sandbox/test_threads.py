"""Whether a process is at rest, by what the kernel says of its threads."""

import multiprocessing
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from grader.sandbox.threads import SILENCE_SECONDS, Files, Threads

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


BUSY_SECONDS = 3.0  # long enough for some ten threads that only seem asleep


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


def test_a_thread_that_is_asleep_nowhere_is_not_at_rest(child, tmp_path):
    for name in ("stat", "schedstat"):
        (tmp_path / name).write_bytes(Path(f"/proc/{child.popen.pid}/{name}").read_bytes())
    for place, rests in (("0", False), ("pipe_read", True)):
        (tmp_path / "wchan").write_text(place)
        threads = Threads(0)
        threads._main = Files.of(str(tmp_path))
        assert threads.look() is rests
        threads.close()


def test_a_thread_rests_where_the_kernel_names_no_places(child, tmp_path, monkeypatch):
    monkeypatch.setattr(Threads, "names_places", False)
    for name in ("stat", "schedstat"):
        (tmp_path / name).write_bytes(Path(f"/proc/{child.popen.pid}/{name}").read_bytes())
    threads = Threads(0)
    threads._main = Files.of(str(tmp_path))  # there is no file for it
    assert threads.look()
    threads.close()
    (tmp_path / "wchan").write_text("0")  # or it says so of every thread
    threads._main = Files.of(str(tmp_path))
    assert threads.look()
    threads.close()


def echo(end):
    while True:
        data = end.recv(1)
        sum(range(2000))
        end.send(data)


def count_up(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_nobody_rests_who_will_answer_however_busy_the_machine():
    here, there = socket.socketpair()
    processor = {max(os.sched_getaffinity(0))}
    busy = [multiprocessing.Process(target=count_up, args=(BUSY_SECONDS,)) for _ in range(3)]
    answers = multiprocessing.Process(target=echo, args=(there,))
    for process in (answers, *busy):
        process.start()
        os.sched_setaffinity(process.pid, processor)
    there.close()
    threads, end, early = Threads(answers.pid), time.monotonic() + BUSY_SECONDS, 0
    while time.monotonic() < end:
        threads.stir()
        here.send(b"x")
        while not select.select([here], [], [], 0)[0]:
            if threads.look() and not select.select([here], [], [], 0)[0]:
                early += 1
                break
        here.recv(1)
    answers.kill()
    here.close()
    threads.close()
    for process in (answers, *busy):
        process.join()
    assert not early


def hand_on():
    """Two threads that wake each other in turn: at any moment one of them runs, or is about to."""
    ours, theirs = threading.Lock(), threading.Lock()
    theirs.acquire()

    def go(mine, others):
        while True:
            mine.acquire()
            others.release()

    threading.Thread(target=go, args=(ours, theirs), daemon=True).start()
    go(theirs, ours)


def test_two_threads_that_wake_each_other_never_rest():
    processor = {max(os.sched_getaffinity(0))}
    both = multiprocessing.Process(target=hand_on)
    busy = [multiprocessing.Process(target=count_up, args=(BUSY_SECONDS,)) for _ in range(3)]
    for process in (both, *busy):
        process.start()
        os.sched_setaffinity(process.pid, processor)
    while len(os.listdir(f"/proc/{both.pid}/task")) < 2:  # noqa: PTH208 - as the code that is tested
        time.sleep(0.01)
    threads, end, early = Threads(both.pid), time.monotonic() + BUSY_SECONDS, 0
    while time.monotonic() < end:
        threads.stir(side=True)
        early += threads.look()
    threads.close()
    both.kill()
    for process in (both, *busy):
        process.join()
    assert not early


@pytest.mark.parametrize("woken", ["place", "turns"])
def test_a_thread_that_is_woken_during_the_look_does_not_rest(child, monkeypatch, woken):
    child.tell(b"b")
    child.popen.stdout.read(1)
    child.wait_for_rest()
    assert child.threads.count == 2
    looks, read = [], os.pread
    file = getattr(child.threads._files[0], woken)

    def pread(descriptor, size, offset):
        looks.append(descriptor)
        second = descriptor == file and looks.count(file) > 1
        return (b"0" if woken == "place" else b"1 1 999") if second else read(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", pread)
    assert not child.threads.look()
    monkeypatch.undo()
    child.wait_for_rest()
