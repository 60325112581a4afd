"""Feeds random and mutated bytes to what reads a student's bytes, for as long as it is let: ``make fuzz``.

Usage: ``python tests/fuzz.py wire|resp [libFuzzer's options]``. What must hold is also held by the tests, for
fewer bytes: no exception but the decoder's own, no hang, no memory beyond the bound.
"""

import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["grader"]):
    from grader.interleave.actor import read_answer
    from grader.interleave.calls import Returned, show
    from grader.proxy import resp
    from grader.sandbox.inside import worker_wire as wire


def read_message(data):
    """A message from a worker, to the words in which it is shown."""
    try:
        message = wire.unpack(data)
        if isinstance(message, dict):
            answer = read_answer(message)
            show(answer.value if isinstance(answer, Returned) else answer)
    except wire.WireError:
        return


def read_traffic(data):
    """A student's bytes on their way to Valkey, whole and byte by byte."""
    whole, slowly = resp.Parser(), resp.Parser()
    try:
        values = whole.feed(data)
    except resp.MalformedError:
        return
    bytewise = [value for place in range(len(data)) for value in slowly.feed(data[place : place + 1])]
    if repr(bytewise) != repr(values):
        raise AssertionError(f"{bytewise} came byte by byte, {values} in one piece")
    for value in values:
        resp.show_reply(value)
        resp.count_items(value)
        resp.count_bytes(value)


# Bytes of every form to begin with: what is random alone seldom gets past the first bracket.
TAGS = ("tuple", "set", "frozenset", "bytes", "float", "int", "decimal", "dict", "callable", "opaque")
SEEDS = {
    "wire": [
        *(b'{"id":"a","value":{"$%b":[["1",1],["nan","0x1"]]}}' % tag.encode() for tag in TAGS),
        *(b'{"id":"a","value":{"$%b":"sNaN0xff"}}' % tag.encode() for tag in TAGS),
        b'{"error":{"type":"T","message":"\\ud800","bases":["A"],"frames":[["m.py",3,"f"]],"module":"m"}}',
        b'{"value":[1e999,-0.0,123456789012345678901234567890,null,true,"\\u0000",{"a":{}}]}',
    ],
    "resp": [
        b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
        b"+OK\r\n:-7\r\n-ERR a\r\n_\r\n#t\r\n,inf\r\n(12345678901234567890\r\n",
        b"%1\r\n*1\r\n:1\r\n~1\r\n$-1\r\n|1\r\n+a\r\n:1\r\n=5\r\ntxt:a\r\n>1\r\n+x\r\n",
    ],
}


def main():
    """Run the target that is named, until libFuzzer's options say stop."""
    name = sys.argv.pop(1)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for number, seed in enumerate(SEEDS[name]):
            Path(folder, str(number)).write_bytes(seed)
        pid = os.fork()  # libFuzzer ends its process without looking back
        if pid == 0:
            atheris.Setup([*sys.argv, folder], {"wire": read_message, "resp": read_traffic}[name])
            atheris.Fuzz()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    sys.exit(status)


if __name__ == "__main__":
    main()
