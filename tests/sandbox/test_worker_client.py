"""The client that a student's class is given."""

SOURCE = """
class It:
    def __init__(self, client): self.client = client
    def parser(self):
        connection = self.client.connection_pool.get_connection()
        return type(connection._parser).__name__
    def sets(self, value): return self.client.set("k", value, ex=9)
    def settings(self): return self.client.config_get("maxmemory-policy")
"""


def test_hiredis_reads_its_replies(make_lab):
    assert make_lab(SOURCE).new("it").parser() == "_HiredisParser"


def test_what_can_not_be_written_is_told_by_redis_py_itself(make_lab):
    answer = make_lab(SOURCE).new("it").sets.answer(True)
    assert (answer.type, "Convert to a bytes, string, int or float first" in answer.message) == (
        "DataError",
        True,
    )


def test_it_connects_in_one_step(make_lab):
    lab = make_lab(SOURCE)
    it = lab.new("it")
    with lab.traffic() as traffic:
        it.sets("v")
    assert [one.name for one in traffic.recording.sent] == ["HELLO", "SET"]


def test_it_may_ask_for_settings(make_lab):
    assert make_lab(SOURCE).new("it").settings() == {"maxmemory-policy": "noeviction"}
