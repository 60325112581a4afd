"""The worker: runs a student's code inside the walls and answers questions about it; holds no check.

Usage: ``python -I -S worker.py CONTROL CONFIG``, where CONTROL is the path of a unix socket and CONFIG is
JSON: ``clock`` (path of the clock's file), ``filter`` (of system calls, in hex, or empty), ``paths``
(folders that hold redis-py and what it needs), ``root`` (the submission's folder), ``warm_up`` (path of a
Valkey socket), ``limits`` (of the kernel, by name) and ``bounds``.

Theory of operation. The first process, the zygote, imports redis-py once, says ``{"ready": versions}``
and then only forks: it never runs a line of the student's. For each actor it is sent
``{"spawn": true}`` together with four descriptors:

    calls    requests in, answers out: one request at a time
    side     timed waits, callbacks: {"ask": n, ...} out, {"to": n} or {"to": n, "reply": ...} in; "alone"
             where the process's only thread reads the reply itself
    output   the student's stdout and stderr
    stack    where faulthandler writes every thread's stack on SIGUSR1

A forked process answers on ``calls``:

    {"id", "do": "load", "order", "file", "class"}   is an actor from now on: imports the module afresh
    {"id", "do": "make", "as", "args", "kwargs"}     makes an object of the class, the client first
    {"id", "do": "call", "on", "method", "args", "kwargs"}
    {"id", "do": "row", "steps": [{"do", ...}, ...]}   one after the other
    {"id", "do": "together", "calls": [[on, method, args, kwargs], ...]}   one thread each

with ``{"id", "value"}`` or ``{"id", "error": {type, message, bases, frames}}``. To the zygote,
``{"end": true}`` kills everything but itself and reports how each child ended, ``{"keep": [pid, ...]}``
kills the other children, so that those may be actors again, and
``{"signal": [pid, number]}`` sends a signal. Nothing in here is worth forging: an answer counts only for
the request that is open, and all that it can be is the student's own answer.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# All else is there: Python compiles a script anew each time, and what it imports only once.
import worker_zygote

worker_zygote.main(sys.argv[1], json.loads(sys.argv[2]))
