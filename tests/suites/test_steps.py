import pytest

from grader.interleave.calls import Call
from grader.suites.steps import flags_of, writing_steps

SOURCE = """
class It:
    def __init__(self, client):
        self.client = client
    def one(self):
        self.client.get("a")
        self.client.set("a", 1)
        self.client.exists("a")
    def plain(self):
        pipe = self.client.pipeline(transaction=False)
        pipe.set("a", 1).expire("a", 9).execute()
    def transaction(self):
        pipe = self.client.pipeline(transaction=True)
        pipe.set("a", 1).get("a").expire("a", 9).execute()
    def watched(self):
        def change(pipe):
            pipe.get("a")
            pipe.multi()
            pipe.set("a", 2).expire("a", 9)
        self.client.transaction(change, "a")
    def script(self):
        self.client.register_script("return redis.call('SET', KEYS[1], 1)")(["a"])
        self.client.get("a")
    def two(self):
        self.transaction()
        self.script()
"""


@pytest.mark.parametrize(
    ("method", "steps"),
    [("one", 1), ("plain", 2), ("transaction", 1), ("watched", 1), ("script", 1), ("two", 2)],
)
def test_writing_steps_are_what_others_can_come_between(make_lab, method, steps):
    lab = make_lab(SOURCE)
    it = lab.new("it")
    getattr(it, method)()  # a script is loaded by now
    with lab.traffic() as traffic:
        lab.value_of(lab.answer_of(it.actor, Call(method, on="it")), Call(method, on="it"))
    assert writing_steps(lab.stage.kit.admin, traffic.recording) == steps


def test_flags_are_the_servers(make_lab):
    admin = make_lab(SOURCE).stage.kit.admin
    assert "readonly" in flags_of(admin, "ZRANGE")
    assert "write" in flags_of(admin, "ZADD")
    assert flags_of(admin, "NOSUCH") == set()
