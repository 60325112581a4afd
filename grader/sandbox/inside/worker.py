"""The worker: runs a student's code inside the walls and answers questions about it. Holds no check, no score.

Usage: ``python -I -S worker.py CONTROL CONFIG``, where CONTROL is the path of a unix socket and CONFIG is
JSON: ``clock`` (path of the clock's file), ``paths`` (folders that hold redis-py and what it needs),
``root`` (the submission's folder), ``warm_up`` (path of a Valkey socket), ``limits`` (of the kernel, by
name) and ``bounds``.

Theory of operation. The first process, the zygote, imports redis-py once, says ``{"ready": versions}``
and then only forks: it never runs a line of the student's. For each actor it is sent
``{"spawn": {...}}`` together with four descriptors:

    calls    requests in, answers out: one request at a time
    side     timed waits, callbacks: {"ask": n, ...} out, {"wake": n} or {"reply": n, ...} in
    output   the student's stdout and stderr
    stack    where faulthandler writes every thread's stack on SIGUSR1

A forked process answers on ``calls``:

    {"id", "do": "load", "file", "class"}            imports the module, finds the class
    {"id", "do": "make", "as", "args", "kwargs"}     makes an object of the class, the client first
    {"id", "do": "call", "on", "method", "args", "kwargs"}
    {"id", "do": "together", "calls": [[on, method, args, kwargs], ...]}   one thread each

with ``{"id", "value"}`` or ``{"id", "error": {type, message, bases, frames}}``. To the zygote,
``{"end": true}`` kills everything but itself and reports how each child ended, and
``{"signal": [pid, number]}`` sends a signal. Nothing in here is worth forging: an answer counts only for
the request that is open, and all that it can be is the student's own answer.
"""

import array
import builtins
import errno
import faulthandler
import importlib
import importlib.util
import json
import os
import random
import resource
import signal
import socket
import sys
import threading
import traceback
import _thread

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import worker_time  # noqa: E402
import worker_wire as wire  # noqa: E402

worker_time.install()

FRAMES = 30  # of a traceback
MESSAGE_CHARACTERS = 2_000  # of an exception's text


class Channel:
    """One socket that carries messages."""

    def __init__(self, sock, bounds):
        self._socket = sock
        self._limit = bounds["message_mib"] << 20
        self._lock = _thread.allocate_lock()

    def send(self, message):
        data = wire.pack(message, self._limit)
        with self._lock:
            self._socket.sendall(data)

    def receive(self):
        """The next message; None at the end."""
        header = self._read(wire.HEADER.size)
        return wire.unpack(self._read(*wire.HEADER.unpack(header))) if header else None

    def _read(self, size):
        data = bytearray()
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            if not part:
                return b""
            data += part
        return bytes(data)


class Side:
    """What any thread may ask the grader while a call is on: to be woken, to have a callback answered."""

    def __init__(self, channel):
        self._channel = channel
        self._lock = _thread.allocate_lock()
        self._number = 0
        self._waiting = {}
        self._replies = {}

    def start(self):
        """Begin to listen; outside of ``threading``, so that no student's code finds the thread."""
        _thread.start_new_thread(self._listen, ())

    def _listen(self):
        while (message := self._channel.receive()) is not None:
            with self._lock:
                lock = self._waiting.pop(message["to"], None)
                if lock is not None and "reply" in message:
                    self._replies[message["to"]] = message["reply"]
            if lock is not None:
                try:
                    lock.release()
                except RuntimeError:
                    pass  # notified in the same moment
        os._exit(0)

    def _register(self, lock, message):
        with self._lock:
            self._number += 1
            number = self._number
            self._waiting[number] = lock
        self._channel.send({"ask": number, **message})
        return number

    def wait_until(self, deadline, lock):
        """Have ``lock`` released at a virtual moment, in nanoseconds; returns the wait's number."""
        return self._register(lock, {"until": deadline})

    def cancel(self, number):
        """End a wait: True where it was still on."""
        with self._lock:
            on = self._waiting.pop(number, None) is not None
        if on:
            self._channel.send({"cancel": number})
        return on

    def ask(self, message):
        """A callback's reply."""
        lock = _thread.allocate_lock()
        lock.acquire()
        number = self._register(lock, message)
        lock.acquire()
        return self._replies.pop(number)


class ComputeFailed(Exception):
    """What a check's callback raises where no built-in exception is asked for."""


class ComputeStopped(BaseException):
    """The same, outside of ``Exception``."""


class Actor:
    """One client of the student's code: a process with its client, its module, its objects."""

    def __init__(self, order, config, calls, side):
        self._order, self._config, self._calls, self._side = order, config, calls, side
        self._encoder = wire.Encoder(config["bounds"]["message_depth"])
        self._objects = {}
        self._pid = os.getpid()
        self._class = None
        self._client = redis.Redis(unix_socket_path=order["valkey"], decode_responses=True)

    def serve(self):
        """Answer requests until the channel closes."""
        while (request := self._calls.receive()) is not None:
            answer = self._answer(request)
            if os.getpid() != self._pid:
                # A method that forked comes back twice; the copy says so, which fails the check.
                self._calls.send({"id": "", "copy": True})
                os._exit(0)
            try:
                self._calls.send(answer)
            except wire.WireError as error:
                self._calls.send({"id": request["id"], "error": self._bound(str(error))})

    def _answer(self, request):
        try:
            value = getattr(self, f"_do_{request['do']}")(request)
            return {
                "id": request["id"],
                "value": value if request["do"] == "together" else self._encode(value),
            }
        except wire.WireError as error:
            return {"id": request["id"], "error": self._bound(str(error))}
        except BaseException as error:  # noqa: BLE001 - whatever a student raises is their answer, sys.exit too
            return {"id": request["id"], "error": self._describe(error)}

    def _encode(self, value):
        return self._encoder.encode(value)

    def _bound(self, text):
        return {"type": "AnswerTooLarge", "message": text, "bases": [], "frames": []}

    def _do_load(self, request):
        folder, file = os.path.split(os.path.join(self._config["root"], request["file"]))
        sys.path.insert(0, folder)
        name = file[: -len(".py")]
        module = importlib.import_module(name)
        self._class = getattr(module, request["class"], None)
        return [self._class is not None, callable(self._class)]

    def _do_make(self, request):
        args, kwargs = self._arguments(request["args"], request["kwargs"])
        self._objects[request["as"]] = self._class(self._client, *args, **kwargs)

    def _do_call(self, request):
        return self._call(request["on"], request["method"], request["args"], request["kwargs"])

    def _call(self, on, method, args, kwargs):
        args, kwargs = self._arguments(args, kwargs)
        return getattr(self._objects[on], method)(*args, **kwargs)

    def _do_together(self, request):
        answers = [None] * len(request["calls"])

        def run(place, call):
            self._side.ask({"gate": place})
            try:
                answers[place] = {"value": self._encode(self._call(*call))}
            except BaseException as error:  # noqa: BLE001 - as in _answer
                answers[place] = {"error": self._describe(error)}

        threads = [threading.Thread(target=run, args=item) for item in enumerate(request["calls"])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def _arguments(self, args, kwargs):
        args, kwargs = wire.decode(args), wire.decode(kwargs)
        return [self._argument(a) for a in args], {key: self._argument(a) for key, a in kwargs.items()}

    def _argument(self, value):
        if not isinstance(value, wire.Callback):
            return value
        if value.name.startswith("iterate:"):
            return (item for item in json.loads(value.name[len("iterate:") :]))
        if value.name == "object":
            return object()
        return lambda: self._call_back(value.name)

    def _call_back(self, name):
        reply = self._side.ask({"callback": name})
        if "raise" not in reply:
            return wire.decode(reply["value"])
        kind, message = reply["raise"]
        known = {"ComputeFailed": ComputeFailed, "ComputeStopped": ComputeStopped}
        raise known.get(kind, getattr(builtins, kind, ComputeFailed))(message)

    def _describe(self, error):
        """An exception as data: names by identity, the student's own frames alone."""
        bases = [c.__name__ for c in type(error).__mro__ if getattr(builtins, c.__name__, None) is c]
        try:
            message = str.__str__(str(error))[:MESSAGE_CHARACTERS]
        except BaseException:  # noqa: BLE001 - a student's __str__ may raise anything at all
            message = ""
        return {
            "type": str.__str__(type(error).__name__),
            "module": str.__str__(str(type(error).__module__)),
            "message": message,
            "bases": bases,
            "frames": self._frames(error),
        }

    def _frames(self, error):
        root = self._config["root"] + os.sep
        frames = [
            (f.f_code.co_filename, n, f.f_code.co_name) for f, n in traceback.walk_tb(error.__traceback__)
        ]
        if isinstance(error, SyntaxError) and error.filename:
            frames.append((error.filename, error.lineno or 0, "<module>"))
        mine = [(path[len(root) :], line, name) for path, line, name in frames if path.startswith(root)]
        return mine[:FRAMES]


def limit(limits):
    """Take this process's share; an excess ends in an error for it alone."""
    for name, amount in limits.items():
        try:
            kind = getattr(resource, name)
            resource.setrlimit(kind, (amount, amount))
        except (AttributeError, ValueError, OSError):
            pass  # the machine's own limit is lower still, or it has no such limit


def seed_chance(seed):
    """Make what is random the same in each run with this seed, so that evidence can be compared."""
    random.seed(seed)
    source = random.Random(seed)

    def urandom(size):
        return source.randbytes(size)

    os.urandom = random._urandom = urandom


def become_actor(order, config, descriptors):
    """The rest of a forked process's life."""
    calls, side, output, stack = descriptors
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    faulthandler.register(signal.SIGUSR1, file=stack, all_threads=True)
    bounds = config["bounds"]
    channel = Channel(socket.socket(fileno=calls), bounds)
    answers = Side(Channel(socket.socket(fileno=side), bounds))
    # Tells the grader which process this is: the kernel adds the number to the message.
    answers._channel.send({"hello": True})
    answers.start()
    clock = worker_time.clock
    clock.begin(order["monotonic"], order["wall"])
    clock.register, clock.cancel = answers.wait_until, answers.cancel
    seed_chance(order["seed"])
    limit(config["limits"])
    Actor(order, config, channel, answers).serve()
    os._exit(0)


def receive_order(control):
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


def kill_all(children):
    """Kill every process but this one, and say how each child ended: {pid: [status, peak memory in KiB]}."""
    try:
        if os.getpid() == 1:
            os.kill(-1, signal.SIGKILL)
        for pid in children:
            os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    ended = {}
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


def serve(control, config):
    """The zygote's loop."""
    children = set()
    while True:
        order, descriptors = receive_order(control)
        if order is None:
            kill_all(children)
            return
        reply = {}
        if "spawn" in order:
            pid = os.fork()
            if pid == 0:
                control.close()
                become_actor(order["spawn"], config, descriptors)
            children.add(pid)
            reply = {"pid": pid}
        elif "signal" in order:
            try:
                os.kill(*order["signal"])
            except ProcessLookupError:
                pass
        elif "end" in order:
            reply = {"ended": kill_all(children)}
            children.clear()
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(wire.pack(reply, 1 << 20))


def main(path, config):
    """Get ready, say so, and serve."""
    global redis
    sys.path[:0] = config["paths"]
    worker_time.clock.map(config["clock"])
    redis = importlib.import_module("redis")
    worker_time.install_in_redis(importlib.import_module("redis._parsers.socket"))
    # The first command of a process loads modules and fills caches; forked processes find it done.
    client = redis.Redis(unix_socket_path=config["warm_up"], decode_responses=True)
    client.ping()
    client.close()
    control = socket.socket(socket.AF_UNIX)
    control.connect(path)
    versions = {"python": sys.version.split()[0], "redis": redis.__version__}
    control.sendall(wire.pack({"ready": versions}, 1 << 20))
    sys.path[:] = [p for p in sys.path if p != os.path.dirname(os.path.abspath(__file__))]
    serve(control, config)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
