"""What all processes of a sandbox hold together."""

import subprocess
import sys

import pytest

from grader.sandbox.memory import count_mib

TAKES = "held = b'x' * (40 << 20); print('held', flush=True); input()"
STARTS = f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {TAKES!r}]); {TAKES}"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_memory_is_that_of_a_process_and_its_descendants():
    with subprocess.Popen(
        [sys.executable, "-c", STARTS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        for _ in range(2):
            assert process.stdout.readline() == b"held\n"
        assert 80 < count_mib(process.pid) < 120
        process.stdin.write(b"\n\n")


def test_a_process_that_is_gone_holds_nothing():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert count_mib(process.pid) == 0
