"""A filter of system calls for the worker: no new user namespaces, no way into other processes or the kernel.

bubblewrap hides what there is to see; this takes away calls that no coursework makes and in which most holes
of the kernel were found, and those that keep memory which no limit of a process counts (System V's, and
files in memory). The filter is a classic BPF program over the call's number and first argument, as
seccomp(2) describes; a denied call gets EPERM, and clone3, whose flags no filter can read, ENOSYS, after
which libraries take clone instead.

Locks of files and names of sockets would let one actor hold another off, as nothing but Valkey may (see
``workers``): what lies behind the walls is the same file for both.
"""

import errno
import platform
import struct

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT, _SECOND_ARGUMENT_AT = 0, 4, 16, 24  # in struct seccomp_data
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NEW_USER = 0x10000000  # CLONE_NEWUSER
_X32 = 0x40000000  # numbers from here on are x86-64's second table of the same calls

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# Calls by number: (x86_64, aarch64).
_DENIED = {
    "add_key": (248, 217),
    "bind": (49, 200),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "fanotify_init": (300, 262),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "inotify_init": (253, 26),
    "inotify_init1": (294, 26),
    "io_uring_setup": (425, 425),
    "ioprio_set": (251, 30),
    "kcmp": (312, 272),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "migrate_pages": (256, 238),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "msgget": (68, 186),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "request_key": (249, 218),
    "semget": (64, 190),
    "setns": (308, 268),
    "setpriority": (141, 140),
    "shmget": (29, 194),
    "umount2": (166, 39),
    "userfaultfd": (323, 282),
}
# Calls whose first argument is a process: each may change itself, which is 0, and nobody else. The worker's
# first process has the same user, and could be starved or refused descriptors.
_OF_A_PROCESS = {
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
}
# Locks of files, and what tells of them, do nothing and say that all is well: on another machine they would
# hold nobody off either, and who locks a file for another reason is not to lose by it.
_FLOCK, _FCNTL = (73, 32), (72, 25)
_OF_LOCKS = {
    "F_GETLK": 5,
    "F_SETLK": 6,
    "F_SETLKW": 7,
    "F_OFD_GETLK": 36,
    "F_OFD_SETLK": 37,
    "F_OFD_SETLKW": 38,
    "F_SETLEASE": 1024,
    "F_NOTIFY": 1026,
}
# Calls that can make a user namespace, with their flags first.
_CLONING = {"clone": (56, 220), "unshare": (272, 97)}
_CLONE3 = (435, 435)


def make_filter(machine: str = "") -> bytes:
    """The filter for this machine's kind, as bwrap takes it; empty where the kind is not known."""
    machine = machine or platform.machine()
    if machine not in _ARCHITECTURES:
        return b""
    kind = list(_ARCHITECTURES).index(machine)
    program = [
        _step(_LOAD, _ARCHITECTURE_AT),
        _step(_EQUAL, _ARCHITECTURES[machine], then=1),
        _refuse(errno.EPERM),
        _step(_LOAD, _NUMBER_AT),
        *_unless(_AT_LEAST, _X32, _refuse(errno.EPERM)),
        *_unless(_EQUAL, _CLONE3[kind], _refuse(errno.ENOSYS)),
    ]
    for numbers in _DENIED.values():
        program += _unless(_EQUAL, numbers[kind], _refuse(errno.EPERM))
    for numbers in _CLONING.values():
        flags = [_step(_LOAD, _FIRST_ARGUMENT_AT), *_unless(_ANY_BIT, _NEW_USER, _refuse(errno.EPERM))]
        program += [_step(_EQUAL, numbers[kind], other=len(flags) + 1), *flags, _step(_RETURN, _ALLOW)]
    for numbers in _OF_A_PROCESS.values():
        others = [_step(_LOAD, _FIRST_ARGUMENT_AT), _step(_EQUAL, 0, then=1), _refuse(errno.EPERM)]
        program += [_step(_EQUAL, numbers[kind], other=len(others) + 1), *others, _step(_RETURN, _ALLOW)]
    program += _unless(_EQUAL, _FLOCK[kind], _refuse(0))
    locks = [_step(_LOAD, _SECOND_ARGUMENT_AT)]
    for command in _OF_LOCKS.values():
        locks += _unless(_EQUAL, command, _refuse(0))
    program += [_step(_EQUAL, _FCNTL[kind], other=len(locks) + 1), *locks, _step(_RETURN, _ALLOW)]
    return b"".join([*program, _step(_RETURN, _ALLOW)])


def _step(code: int, value: int, then: int = 0, other: int = 0) -> bytes:
    """One instruction; ``then`` and ``other`` say how many to skip where a test holds, or doesn't."""
    return struct.pack("=HBBI", code, then, other, value)


def _unless(test: int, value: int, refusal: bytes) -> list[bytes]:
    return [_step(test, value, other=1), refusal]


def _refuse(number: int) -> bytes:
    """Leave the call undone and give this error; with 0, success."""
    return _step(_RETURN, _ERROR | number)
