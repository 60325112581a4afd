"""What the student's connections may do and what not, each asked of a real server."""

import pytest
import redis

from grader.assignment import Bounds
from grader.server.embedded import open_embedded

DENIED = """
FLUSHALL
FLUSHDB
SWAPDB 0 1
CONFIG SET maxmemory 0
CONFIG RESETSTAT
CONFIG REWRITE
DEBUG SLEEP 0
DEBUG SET-ACTIVE-EXPIRE 0
SHUTDOWN NOSAVE
CLIENT KILL TYPE normal
CLIENT PAUSE 1
CLIENT UNPAUSE
CLIENT REPLY OFF
MONITOR
REPLICAOF 127.0.0.1 1
SLAVEOF NO ONE
FAILOVER
PSYNC ? -1
SYNC
REPLCONF ack 1
MODULE LOAD /tmp/x.so
ACL LIST
ACL GETUSER admin
ACL SETUSER student +@all
ACL DELUSER admin
ACL USERS
ACL LOG
ACL SAVE
ACL LOAD
ACL CAT
MIGRATE 127.0.0.1 1 k 0 1
SAVE
BGSAVE
BGREWRITEAOF
CLUSTER INFO
CLUSTER RESET
LATENCY LATEST
SLOWLOG GET
COMMANDLOG GET 1 slow
PFDEBUG ENCODING k
"""

ALLOWED = """
CONFIG GET maxmemory
KEYS *
SCAN 0
SORT list
SORT_RO list
INFO
INFO keyspace
ACL WHOAMI
ACL GENPASS 256
ROLE
LASTSAVE
MODULE LIST
CLIENT LIST
CLIENT NO-EVICT ON
CLIENT UNBLOCK 1
CLIENT NO-EVICT OFF
DUMP text
OBJECT ENCODING text
MEMORY USAGE text
SELECT 1
SELECT 0
MOVE absent 1
COPY text text2 DB 1
RANDOMKEY
DBSIZE
TIME
WAIT 0 1
CLIENT ID
CLIENT INFO
CLIENT SETNAME me
CLIENT GETNAME
CLIENT SETINFO LIB-NAME redis-py
CLIENT TRACKING OFF
CLIENT NO-TOUCH OFF
HELLO 3
HELLO 2
SCRIPT LOAD return(1)
SCRIPT EXISTS x
SCRIPT FLUSH
FUNCTION LIST
FUNCTION FLUSH
PUBLISH channel text
PUBSUB CHANNELS
GETEX text EX 10
HSETEX hash EX 10 FIELDS 1 a b
HPEXPIRE hash 1000 FIELDS 1 a
XADD stream * a b
XINFO STREAM stream
ZADD zset GT 1 a
ZRANGE zset 0 -1 REV WITHSCORES
PFADD hll a
GEOADD geo 1 1 a
BITFIELD bits GET u8 0
LMPOP 1 list LEFT
BLPOP absent 0.01
EXPIRETIME text
TOUCH text
UNLINK absent
LOLWUT
PING
ECHO a
"""


def lines(text):
    return [line.split() for line in text.strip().splitlines()]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with open_embedded(tmp_path_factory.mktemp("v"), Bounds(script_seconds=0.1)) as opened:
        yield opened


@pytest.fixture
def connect(server):
    opened = []

    def open_as(login, **options):
        client = redis.Redis(
            unix_socket_path=server.address.path,
            username=login.user,
            password=login.password,
            single_connection_client=True,
            **options,
        )
        opened.append(client)
        return client

    yield open_as
    for client in opened:
        client.close()


@pytest.fixture
def student(server, connect):
    client = connect(server.student)
    client.set("text", "value")
    client.rpush("list", "1", "2")
    client.xadd("stream", {"a": "b"})
    return client


@pytest.mark.parametrize("words", lines(DENIED), ids=" ".join)
def test_it_is_denied(student, words):
    # DEBUG and MODULE are refused before the rights are asked: the settings have them off.
    with pytest.raises(redis.exceptions.ResponseError, match=r"no permissions|command not allowed"):
        student.execute_command(*words)


@pytest.mark.parametrize("words", lines(ALLOWED), ids=" ".join)
def test_it_is_allowed(student, words):
    student.execute_command(*words)


@pytest.mark.parametrize("command", ["flushall", "config", "acl", "shutdown"])
def test_a_script_may_no_more_than_its_caller(student, command):
    with pytest.raises(redis.exceptions.ResponseError):
        student.eval(f"return redis.call('{command}', 'x')", 0)
    assert student.get("text") == b"value"


def test_a_function_may_no_more_than_its_caller(student):
    student.function_load(
        "#!lua name=x\nserver.register_function('f', function() server.call('FLUSHALL') end)"
    )
    with pytest.raises(redis.exceptions.ResponseError):
        student.fcall("f", 0)
    student.function_delete("x")


def test_restore_takes_what_dump_gave_and_nothing_broken(student):
    payload = student.dump("text")
    student.delete("copy")
    assert student.restore("copy", 1000, payload) == b"OK"
    with pytest.raises(redis.exceptions.ResponseError):
        student.restore("broken", 1000, payload[:3] + b"\xff" + payload[4:])


def test_the_admin_may_everything(server, connect):
    admin = connect(server.admin)
    admin.execute_command("FLUSHALL")
    assert admin.execute_command("ACL", "WHOAMI") == b"admin"
    assert admin.client_list()
    assert admin.config_get("databases") == {"databases": "16"}


def test_nobody_logs_in_by_default(server):
    stranger = redis.Redis(unix_socket_path=server.address.path)
    with pytest.raises(redis.exceptions.AuthenticationError):
        stranger.ping()
    stranger.close()


def kill_script(admin, tries=10_000):
    """Kill the script that was sent; the server may hear of the killing first, and then says NOTBUSY."""
    for _ in range(tries):
        try:
            return admin.script_kill()
        except redis.exceptions.ResponseError as error:
            if "NOTBUSY" not in str(error):
                raise
    return False


def test_an_endless_script_can_be_killed(server, connect, student):
    loop = "while true do end"
    admin = connect(server.admin)
    connection = student.connection
    connection.send_command("EVAL", loop, 0)
    # The server answers others again once the script has run for script_seconds.
    assert kill_script(admin)
    with pytest.raises(redis.exceptions.ResponseError, match="killed"):
        connection.read_response()


def test_a_value_beyond_the_bound_ends_its_own_connection_alone(server, connect, student):
    with pytest.raises(redis.exceptions.RedisError):
        student.set("huge", b"x" * (65 << 20))
    assert connect(server.student).get("text") == b"value"
