"""On a real server every way of naming or asking for an absolute time agrees with the virtual clock."""

import pytest

HOUR = 3600

STUDENT = """
import time

class It:
    def __init__(self, client):
        self.client = client

    def do(self, *words):
        return self.client.execute_command(*words)

    def now(self):
        return time.time()

    def many(self, commands, atomic):
        pipe = self.client.pipeline(transaction=atomic)
        for words in commands:
            pipe.execute_command(*words)
        return pipe.execute()

    def script(self, body, keys, args):
        return self.client.register_script(body)(keys=keys, args=args)

    def load(self, body, *args):
        digest = self.client.script_load(body)
        return [self.client.script_exists(digest), self.client.evalsha(digest, *args), digest]

    def evaluate(self, body, *args):
        return self.client.eval(body, *args)

    def function(self, body):
        return self.client.function_load(body, replace=True)
"""


@pytest.fixture
def lab(make_lab):
    lab = make_lab(STUDENT)
    lab.it = lab.new("it")
    lab.advance(HOUR)
    return lab


def seconds_left(lab):
    states = lab.keys()
    return {state.key: state.ttl for state in states}


COPY = "return redis.call('RESTORE', KEYS[2], ARGV[1], redis.call('DUMP', KEYS[1]), 'ABSTTL')"


@pytest.mark.parametrize("far", [100, 5 * HOUR])
@pytest.mark.parametrize("unit", [1, 1000])
def test_expiries_at_a_moment(lab, far, unit):
    moment = round((lab.it.now() + far) * unit)
    names = {1: ("EXPIREAT", "EXAT", "HEXPIREAT"), 1000: ("PEXPIREAT", "PXAT", "HPEXPIREAT")}[unit]
    lab.it.do("SET", "a", 1)
    lab.it.do(names[0], "a", moment)
    lab.it.do("SET", "b", 1, names[1], moment)
    lab.it.do("SET", "c", 1)
    lab.it.do("GETEX", "c", names[1], moment)
    lab.it.do("HSET", "d", "f", 1, "g", 2)
    lab.it.do(names[2], "d", moment, "FIELDS", 2, "f", "g")
    lab.it.do("MSETEX", 2, "e", 1, names[1], 2, names[1], moment)
    lab.it.evaluate(COPY, 2, "a", "f", round((lab.it.now() + far) * 1000))
    left = seconds_left(lab)
    assert set(left) == {"a", "b", "c", "d", "e", "f", names[1]}
    assert all(abs(ttl - far) < 1.5 for ttl in left.values()), left
    lab.advance(far - 2)
    assert set(seconds_left(lab)) == {"a", "b", "c", "d", "e", "f", names[1]}
    lab.advance(4)
    assert seconds_left(lab) == {}


def test_the_server_tells_the_virtual_time(lab):
    for _ in range(2):
        told = lab.it.do("TIME")
        assert abs(told[0] + told[1] / 1e6 - lab.it.now()) < 1
        lab.advance(HOUR)


@pytest.mark.parametrize(
    ("ask", "unit"), [("EXPIRETIME", 1), ("PEXPIRETIME", 1000), ("HEXPIRETIME", 1), ("HPEXPIRETIME", 1000)]
)
def test_the_server_tells_virtual_expiries(lab, ask, unit):
    lab.it.do("HSET", "h", "f", 1)
    lab.it.do("HEXPIRE", "h", 100, "FIELDS", 1, "f")
    lab.it.do("SET", "k", 1, "EX", 100)
    lab.advance(30)
    words = ["h", "FIELDS", 2, "f", "none"] if ask.startswith("H") else ["k"]
    told = lab.it.do(ask, *words)
    if ask.startswith("H"):
        assert told[1] == -2
        told = told[0]
    assert abs(told / unit - (lab.it.now() + 70)) < 1.5


def test_keys_without_an_expiry_are_told_so(lab):
    lab.it.do("SET", "k", 1)
    assert lab.it.many([("EXPIRETIME", "k"), ("PEXPIRETIME", "none")], atomic=False) == [-1, -2]


@pytest.mark.parametrize("atomic", [False, True])
def test_in_pipelines_and_transactions(lab, atomic):
    moment = int(lab.it.now()) + 50
    commands = [
        ("SET", "k", 1),
        ("EXPIREAT", "k", moment),
        ("EXPIRETIME", "k"),
        ("TTL", "k"),
        ("SET", "j", 1, "EXAT", moment),
        ("TIME",),
    ]
    replies = lab.it.many(commands, atomic)
    assert abs(replies[2] - moment) <= 1
    assert 48 <= replies[3] <= 50
    assert abs(int(replies[5][0]) - lab.it.now()) <= 1
    lab.advance(51)
    assert seconds_left(lab) == {}


SCRIPT = """local now = redis.call('TIME')
redis.call('SET', KEYS[1], 'v', 'EXAT', now[1] + ARGV[1])
redis.call('set', KEYS[2], 'EXAT')
server.call('pexpireat', KEYS[2], (now[1] + ARGV[1]) * 1000)
redis.call('MSETEX', 2, KEYS[4], 'v', 'EXAT', 7, 'NX', 'EXAT', now[1] + ARGV[1])
redis.pcall('HSET', KEYS[3], 'f', 1)
redis.call('HEXPIREAT', KEYS[3], now[1] + ARGV[1], 'FIELDS', 1, 'f')
return {now[1], redis.call('EXPIRETIME', KEYS[1]), redis.call('PEXPIRETIME', KEYS[2]),
        redis.call('HEXPIRETIME', KEYS[3], 'FIELDS', 1, 'f')[1], redis.call('TTL', KEYS[1])}"""


def call_script(lab, how):
    keys = ["a", "b", "c", "d"]
    if how == "register_script":
        return lab.it.script(SCRIPT, keys, [100])
    if how == "eval":
        return lab.it.evaluate(SCRIPT, 4, *keys, 100)
    if how == "shebang":
        return lab.it.evaluate(f"#!lua flags=allow-cross-slot-keys\n{SCRIPT}", 4, *keys, 100)
    exists, answer, _ = lab.it.load(SCRIPT, 4, *keys, 100)
    assert exists == [True]
    return answer


@pytest.mark.parametrize("how", ["eval", "evalsha", "register_script", "shebang"])
def test_in_scripts(lab, how):
    for _ in range(2):
        now = lab.it.now()
        told = [float(number) for number in call_script(lab, how)]
        assert abs(told[0] - now) <= 1.5
        assert abs(told[1] - now - 100) <= 1.5
        assert abs(told[2] / 1000 - now - 100) <= 1.5
        assert abs(told[3] - now - 100) <= 1.5
        assert 98 <= told[4] <= 100
        left = seconds_left(lab)
        assert set(left) == {"a", "b", "c", "d", "EXAT"}
        assert all(97 < ttl < 102 for ttl in left.values()), left
        lab.advance(98)
        assert set(seconds_left(lab)) == {"a", "b", "c", "d", "EXAT"}
        lab.advance(4)
        assert seconds_left(lab) == {}
        lab.advance(HOUR)


FUNCTIONS = """#!lua name=mine
local function keep(keys, args)
  local now = redis.call('TIME')
  redis.call('SET', keys[1], args[1], 'PXAT', (now[1] + 100) * 1000)
  return {now[1], redis.call('PEXPIRETIME', keys[1])}
end
redis.register_function('keep', keep)
"""


def test_in_functions(lab):
    assert lab.it.function(FUNCTIONS) == "mine"
    for _ in range(2):
        told = [float(number) for number in lab.it.do("FCALL", "keep", 1, "k", "v")]
        assert abs(told[0] - lab.it.now()) <= 1.5
        assert abs(told[1] / 1000 - lab.it.now() - 100) <= 1.5
        lab.advance(98)
        assert set(seconds_left(lab)) == {"k"}
        lab.advance(HOUR)
        assert seconds_left(lab) == {}


ADD = """local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', 9, '*', 'f', '*')
redis.call('XADD', KEYS[1], '*', 'f', 1)
return id"""


def test_ids_of_stream_entries(lab):
    lab.it.do("XADD", "own", 5000, "f", 1)
    for id_ in (
        lab.it.do("XADD", "direct", "*", "f", "*"),
        lab.it.do("XADD", "own", "NOMKSTREAM", "*", "f", 1),
        lab.it.script(ADD, ["scripted"], []),
        *lab.it.many([["XADD", "many", "*", "f", 1]], True),
    ):
        assert abs(int(id_.partition("-")[0]) / 1000 - lab.it.now()) < 1
    later = round((lab.it.now() + 10) * 1000)
    lab.it.do("XADD", "own", later, "f", 1)  # the server's ids never go back
    assert lab.it.do("XADD", "own", "*", "f", 1) == f"{later}-1"
    assert lab.it.do("XADD", "none", "NOMKSTREAM", "*", "f", 1) is None
    lab.it.do("SET", "text", 1)
    with pytest.raises(Exception, match="WRONGTYPE"):
        lab.it.do("XADD", "text", "*", "f", 1)


def test_a_script_stays_in_its_database(lab):
    lab.it.do("SELECT", 3)
    lab.it.do("SET", "here", 1)
    assert lab.it.evaluate("redis.call('TIME') return redis.call('GET', 'here')", 0) == "1"
    for _ in range(2):
        assert lab.it.script("redis.call('TIME') return redis.call('GET', KEYS[1])", ["here"], []) == "1"


def test_a_library_may_use_the_rest_of_redis(lab):
    lab.it.function("""#!lua name=rest
redis.log(redis.LOG_DEBUG, 'TIME')
server.register_function{function_name='rest', flags={'no-writes'}, callback=function()
  return {redis.call('TIME')[1], redis.sha1hex(''), redis.status_reply('A').ok, redis.pcall('NONE').err}
end}""")
    told = lab.it.do("FCALL_RO", "rest", 0)
    assert abs(int(told[0]) - lab.it.now()) <= 1.5
    assert told[2] == "A"
    assert "nknown" in told[3]


def test_fields_that_are_called_like_options(lab):
    for fields in (["HSETEX", "h", "EX", 100, "FIELDS", 1, "EXAT", 7],):
        lab.it.do(*fields)
        lab.it.evaluate("redis.call('TIME') return redis.call(unpack(ARGV))", 0, *fields)
    assert lab.it.do("HGETALL", "h") == {"EXAT": "7"}


def test_a_library_that_logs_as_it_is_loaded_does_no_harm(lab):
    # Valkey 9.1 crashes of it.
    assert (
        lab.it.function(
            "#!lua name=loud\nredis.log(redis.LOG_WARNING, 'x')\n"
            "redis.register_function('loud', function() return 1 end)"
        )
        == "loud"
    )
    assert lab.it.do("FCALL", "loud", 0) == 1
    assert lab.it.do.answer("FUNCTION", "RESTORE", "x").type == "NoPermissionError"


def error_of(lab, body):
    answer = lab.it.evaluate.answer(body, 0)
    return answer.message


def test_a_script_s_error_names_its_own_line(lab):
    told = error_of(lab, "local t = redis.call('TIME')\nlocal a = nil\nreturn a.b")
    assert ":3:" in told
    told = error_of(lab, "#!lua\nlocal t = redis.call('TIME')\nlocal a = nil\nreturn a.b")
    assert ":4:" in told


def test_the_prelude_leaks_no_name(lab):
    names = "offset ms seconds millis asks asksms options later wrap mine real"
    body = f"""redis.call('TIME')
    local leaked = {{}}
    for name in string.gmatch('{names}', '%a+') do
      local there = pcall(function() return assert(loadstring('return ' .. name))() end)
      if there then leaked[#leaked + 1] = name end
    end
    return leaked"""
    assert lab.it.evaluate(body, 0) == []


def test_the_rest_of_redis_is_as_it_was(lab):
    body = """-- EXPIREAT
    return {redis.sha1hex(''), redis.status_reply('A').ok, tostring(redis.LOG_WARNING),
            redis.error_reply('x').err, type(server.call)}"""
    told = lab.it.evaluate(body, 0)
    assert told[0] == "da39a3ee5e6b4b0d3255bfef95601890afd80709"
    assert told[1:3] == ["A", "3"]
    assert told[4] == "function"


def test_an_error_inside_a_script_is_valkeys_own(lab):
    assert "WRONGTYPE" in error_of(
        lab, "redis.call('SET', 'k', 1, 'EX', 9) redis.call('TIME') redis.call('HGET', 'k', 'f')"
    )
    caught = "redis.call('TIME') local e = redis.pcall('EXPIREAT', 'k') return {e.err}"
    assert "wrong number of arg" in lab.it.evaluate(caught, 0)[0].lower()


def test_a_read_only_script_may_ask_for_the_time(lab):
    now = lab.it.now()
    told = lab.it.do("EVAL_RO", "return redis.call('TIME')[1]", 0)
    assert abs(int(told) - now) <= 1.5


def test_the_offset_is_nobodys_key(lab):
    assert lab.it.do("DBSIZE") == 0
    assert lab.it.do("SCAN", 0)[1] == []
    assert lab.stage.relay.recording().names[-1] == "SCAN"


def test_what_is_recorded_is_what_the_student_wrote(lab):
    with lab.traffic() as traffic:
        lab.it.do("EXPIREAT", "k", 99)
    (one,) = (sent for sent in traffic.recording.sent if sent.round_trip)
    assert one.command == (b"EXPIREAT", b"k", b"99")


def test_a_call_in_the_middle_of_a_long_wait_sees_its_own_moment(lab):
    other = lab.new("other", actor=lab.enter())
    pending = other.do.begin("BLPOP", "list", 30)
    lab.idle()
    lab.advance(10)
    assert abs(int(lab.it.do("TIME")[0]) - lab.it.now()) <= 1
    lab.it.do("RPUSH", "list", "x")
    assert list(pending.value()) == ["list", "x"]
