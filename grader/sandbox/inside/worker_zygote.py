"""The worker's first process, and how each other one begins; the protocol is in ``worker.py``."""

import array
import errno
import faulthandler
import functools
import gc
import importlib
import io
import os
import random
import resource
import signal
import socket
import struct
import sys
import types
from collections.abc import Callable
from typing import Any, NoReturn

import worker_locks
import worker_select
import worker_time
import worker_wire as wire

worker_time.install()  # before anybody imports a clock by name
worker_select.install()

from worker_actor import Actor, Config  # noqa: E402
from worker_channel import Channel, Side  # noqa: E402
from worker_modules import Modules  # noqa: E402

SET_SECCOMP, SECCOMP_FILTER = 22, 2  # of prctl(2)
GARBAGE = 10_000  # objects more than before, after which the collector looks among the youngest
CLIENTS = 32  # made ahead, once for all processes; one that is kept uses up some thirty
clients: list[Any] = []  # of which each forked process has a copy
make_client: Callable[[str], Any]
imported: dict[str, types.ModuleType] = {}  # what every forked process begins with


def limit(limits: dict[str, int]) -> None:
    """Take this process's share; an excess ends in an error for it alone."""
    for name, amount in limits.items():
        try:
            kind = getattr(resource, name)
            resource.setrlimit(kind, (amount, amount))
        except (AttributeError, ValueError, OSError):
            pass  # the machine's own limit is lower still, or it has no such limit


def seed_chance(seed: int, secret: int) -> None:
    """Make what is random the same in each run with this seed, so that evidence can be compared."""
    random.seed(seed)
    source = random.Random(secret)

    def urandom(size: int, /) -> bytes:
        return source.randbytes(size)

    os.urandom = staticmethod(urandom)  # as the one in C, it takes no self where a class has it
    setattr(random, "_urandom", os.urandom)  # noqa: B010 - it has no public name


def become_actor(config: Config, descriptors: list[int]) -> NoReturn:
    """The rest of a forked process's life."""
    calls, side, output, stack = descriptors
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    faulthandler.register(signal.SIGUSR1, file=stack, all_threads=True)
    bounds = config["bounds"]
    channel = Channel(socket.socket(fileno=calls), bounds)
    answers = Side(Channel(socket.socket(fileno=side), bounds))
    answers.hello()
    clock = worker_time.clock
    clock.register, clock.cancel, clock.sleep_until = answers.wait_until, answers.cancel, answers.sleep_until
    # What is printed has to be out before the process is killed.
    sys.stdout = _unbuffered(1)
    sys.stderr = _unbuffered(2)
    limit(config["limits"])
    Actor(prepare, config, channel, answers, Modules(config["root"], imported)).serve()
    os._exit(0)


def _unbuffered(descriptor: int) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)


def prepare(order: Config) -> Any:
    """Set this process up for an actor: its clock, its chance, and a client of its own."""
    worker_time.clock.begin(order["monotonic"], order["wall"])
    seed_chance(order["seed"], order["secret"])
    client = clients.pop() if clients else make_client(order["valkey"])
    client.connection_pool.connection_kwargs["path"] = order["valkey"]
    return client


def receive_order(control: socket.socket) -> tuple[Any, list[int]]:
    """The next order to the zygote, and its descriptors; (None, []) at the end."""
    fds = array.array("i")
    room = socket.CMSG_LEN(4 * fds.itemsize)
    header, ancillary, _, _ = control.recvmsg(wire.HEADER.size, room)
    for _, _, data in ancillary:
        fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    if not header:
        return None, []
    body = b""
    size = wire.HEADER.unpack(header)[0]
    while len(body) < size:
        body += control.recv(size - len(body))
    return wire.unpack(body), list(fds)


def kill_one(pid: int) -> None:
    """Kill a child and its group, which it hasn't yet where it was forked just now; -1: everybody."""
    for number in (pid, -pid) if pid > 0 else (pid,):
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            pass


def kill_some(children: set[int], kept: set[int]) -> None:
    """Kill the children that aren't kept, and those they started that didn't leave their session."""
    for pid in children - kept:
        kill_one(pid)
        os.waitpid(pid, 0)
    children &= kept


def kill_all(children: set[int]) -> dict[str, list[int]]:
    """Kill every process but this one, and say how each child ended: {pid: [status, peak memory in KiB]}."""
    if os.getpid() == 1:
        kill_one(-1)
    for pid in children:
        kill_one(pid)
    ended: dict[str, list[int]] = {}
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return ended
        except OSError as error:
            if error.errno != errno.EINTR:
                raise
            continue
        ended[str(pid)] = [os.waitstatus_to_exitcode(status), usage.ru_maxrss]


def fork_actor(control: socket.socket, config: Config, descriptors: list[int]) -> int:
    """Fork an actor's process; its number."""
    pid = os.fork()
    if pid == 0:
        control.close()
        become_actor(config, descriptors)
    return pid


def when_written() -> int:
    """When anybody last made, or removed, a file in the one place where files can be made.

    The time that nobody can set: whoever owns the place may put its other one back.
    """
    return os.stat(os.environ["TMPDIR"]).st_ctime_ns


def serve(control: socket.socket, config: Config) -> None:
    """The zygote's loop."""
    children: set[int] = set()
    untouched = when_written()
    while True:
        order, descriptors = receive_order(control)
        if order is None:
            kill_all(children)
            return
        reply: Config = {}
        if "spawn" in order:
            reply = {"pid": fork_actor(control, config, descriptors)}
            children.add(reply["pid"])
        elif "signal" in order:
            try:
                os.kill(*order["signal"])
            except ProcessLookupError:
                pass
        elif "keep" in order:
            kill_some(children, set(order["keep"]))
        elif "files" in order:
            reply = {"wrote": when_written() != untouched}
        elif "end" in order:
            reply = {"ended": kill_all(children)}
            children.clear()
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(wire.pack(reply, 1 << 20))


def take_filter(program: bytes) -> None:
    """Give up system calls for good, in a container; bubblewrap sees to it itself."""
    ctypes = importlib.import_module("ctypes")
    steps = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(steps)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(SET_SECCOMP, SECCOMP_FILTER, head, 0, 0):
        raise OSError(ctypes.get_errno(), "the filter of system calls is refused")


def _make_client(kind: Any, address: str) -> Any:
    # Who drives it is of no interest to anybody, and would be two round trips for each connection.
    return kind(unix_socket_path=address, decode_responses=True, driver_info=None)


def main(path: str, config: Config) -> None:
    """Get ready, say so, and serve."""
    # Of what its children send it, the first process of a PID namespace hears what it has a handler for.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The collector would find nothing among what is imported, and later it would touch, and so copy,
    # every page that is shared with forked processes.
    gc.disable()
    sys.path[:0] = config["paths"]
    worker_time.clock.map(config["clock"])
    redis = importlib.import_module("redis")
    # Commands are written by redis-py itself: hiredis says less of what can't be written.
    for module in ("redis.connection", "redis.asyncio.connection"):
        setattr(importlib.import_module(module), "HIREDIS_AVAILABLE", False)  # noqa: B010 - for mypy
    # The first command of a process loads modules and fills caches; forked processes find it done.
    global make_client
    make_client = functools.partial(_make_client, redis.Redis)
    client = make_client(config["warm_up"])
    client.ping()
    usual = client.connection_pool.connection_kwargs.get("socket_timeout")
    worker_select.install_in_redis(importlib.import_module("redis._parsers"), usual)
    client.close()
    clients.extend(make_client(config["warm_up"]) for _ in range(CLIENTS))
    worker_locks.install()
    imported.update(sys.modules)
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()
    control = socket.socket(socket.AF_UNIX)
    control.connect(path)
    versions = {"python": sys.version.split()[0], "redis": redis.__version__}
    control.sendall(wire.pack({"ready": versions}, 1 << 20))
    if config["filter"]:
        take_filter(bytes.fromhex(config["filter"]))
    sys.path[:] = [p for p in sys.path if p != os.path.dirname(os.path.abspath(__file__))]
    serve(control, config)
