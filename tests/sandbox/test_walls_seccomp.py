"""The filter: well-formed for each kind of machine; what it does is tried behind the walls."""

import struct

import pytest

from grader.sandbox.seccomp import make_filter


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_path_through_it_ends_with_a_verdict(machine):
    code = make_filter(machine)
    steps = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
    assert steps[-1][0] == 0x06
    for at, (kind, then, other, _) in enumerate(steps):
        if kind in {0x15, 0x35, 0x45}:
            assert at + 1 + max(then, other) < len(steps)


def test_a_machine_of_another_kind_has_none():
    assert make_filter("sparc") == b""
