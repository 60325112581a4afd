"""A link holds what is whole, says when something has begun, and pairs commands with replies."""

import socket

import pytest

from grader.proxy import resp
from grader.proxy.link import Link
from grader.proxy.recording import Sent


class Wired:
    """A link with both of its far ends in hand."""

    def __init__(self):
        client, self.client = socket.socketpair()
        upstream, self.valkey = socket.socketpair()
        self.link = Link("A", 1, client, upstream, 7)

    def close(self):
        self.link.close()
        self.client.close()
        self.valkey.close()


@pytest.fixture
def wired():
    wired = Wired()
    yield wired
    wired.close()


def sent(number, *words):
    return Sent(number, "A", 1, 1, words, 0.0)


def test_a_request_that_comes_byte_by_byte_is_partial_until_its_last(wired):
    data = resp.encode((b"SET", b"k", b"value")) + resp.encode((b"GET", b"k"))
    ends = {len(resp.encode((b"SET", b"k", b"value"))), len(data)}
    for place in range(len(data)):
        wired.client.sendall(data[place : place + 1])
        assert wired.link.read_requests()[0]
        assert wired.link.partial is (place + 1 not in ends)
    assert wired.link.held == [(b"SET", b"k", b"value"), (b"GET", b"k")]


def test_the_end_of_a_client_is_seen(wired):
    wired.client.close()
    assert not wired.link.read_requests()[0]


@pytest.mark.parametrize("data", [b"hello\r\n", b":1\r\n", b"*1\r\n:1\r\n", b"*0\r\n", b"%1\r\n*0\r\n:1\r\n"])
def test_what_is_no_request_ends_the_connection(wired, data):
    wired.client.sendall(data)
    assert not wired.link.read_requests()[0]


def test_replies_are_paired_in_order(wired):
    commands = [(b"GET", b"k"), (b"INCR", b"n")]
    wired.link.pass_on(commands, [sent(1, *commands[0]), sent(2, *commands[1])])
    assert wired.valkey.recv(999) == b"".join(map(resp.encode, commands))
    wired.valkey.sendall(b"$5\r\nvalue\r\n:4\r")
    size, answered, _ = wired.link.read_replies(deliver=True)
    assert size == 14
    assert [(one.number, one.reply, one.reply_bytes) for one in answered] == [(1, b"value", 5)]
    wired.valkey.sendall(b"\n")
    assert wired.link.read_replies(deliver=True)[1][0].reply == 4
    assert wired.client.recv(999) == b"$5\r\nvalue\r\n:4\r\n"
    assert not wired.link.flight


def test_a_push_is_nobodys_reply(wired):
    wired.link.pass_on([(b"GET", b"k")], [sent(1, b"GET", b"k")])
    wired.valkey.sendall(b">2\r\n+invalidate\r\n+k\r\n$1\r\nv\r\n")
    (answered,) = wired.link.read_replies(deliver=True)[1]
    assert answered.reply == b"v"


def test_what_a_subscriber_gets_is_handed_on_and_not_paired(wired):
    wired.link.pass_on([(b"SUBSCRIBE", b"c")], [sent(1, b"SUBSCRIBE", b"c")])
    wired.valkey.sendall(b"*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n")
    assert [one.answered for one in wired.link.read_replies(deliver=True)[1]] == [False]
    assert wired.client.recv(999).startswith(b"*3")


def test_who_was_once_subscribed_reads_nothing_unseen(wired):
    commands = [(b"UNSUBSCRIBE", b"c"), (b"LRANGE", b"k", b"0", b"-1")]
    wired.link.pass_on([(b"SUBSCRIBE", b"c")], [sent(1, b"SUBSCRIBE", b"c")])
    wired.link.pass_on(commands, [sent(n, *command) for n, command in enumerate(commands, 2)])
    for kind in (b"subscribe", b"unsubscribe"):
        wired.valkey.sendall(b"*3\r\n$%d\r\n%b\r\n$1\r\nc\r\n:0\r\n" % (len(kind), kind))
    _, answered, confirmed = wired.link.read_replies(deliver=True)
    wired.valkey.sendall(b"*500\r\n" + b":1\r\n" * 500)
    assert [one.number for one in answered] == [1, 2, 3]
    assert (confirmed, *wired.link.read_replies(deliver=True)[1:]) == (6, [], 500)


def test_a_muted_actor_hears_nothing(wired):
    wired.link.pass_on([(b"GET", b"k")], [sent(1, b"GET", b"k")])
    wired.valkey.sendall(b"$1\r\nv\r\n")
    assert wired.link.read_replies(deliver=False)[1][0].reply == b"v"
    wired.client.setblocking(False)
    with pytest.raises(BlockingIOError):
        wired.client.recv(1)
