"""No key escapes the look at what is stored, wherever it was put."""

import pytest

from grader.suites.expect import CheckFailedError

STUDENT = """
class It:
    def __init__(self, client): self.client = client
    def hide(self, database):
        self.client.execute_command("SELECT", database)
        self.client.set("hidden", 1)
        self.client.execute_command("SELECT", 0)
    def hide_in_a_script(self): self.client.eval("redis.call('SELECT', 15) redis.call('SET', 'hidden', 1)", 0)
    def hide_for_a_while(self):
        self.client.eval("redis.call('SELECT', 15) redis.call('SET', 'k', 1, 'EX', 9)", 0)
    def keep(self): self.client.set("kept", 1, ex=100)
"""


@pytest.fixture
def it(make_lab):
    lab = make_lab(STUDENT)
    it = lab.new("it")
    it.lab = lab
    return it


def test_what_expires_is_fine(it):
    it.keep()
    it.lab.advance(10)
    it.lab.expect_every_key_expires()
    (state,) = it.lab.keys()
    assert state.key == "kept"


@pytest.mark.parametrize("database", [3, 15, None])
def test_what_has_no_expiry_is_seen_in_any_database(it, database):
    it.hide(database) if database else it.hide_in_a_script()
    with pytest.raises(CheckFailedError) as caught:
        it.lab.expect_every_key_expires()
    assert "hidden (in another database)" in str(caught.value.seen)


def test_what_expires_there_is_fine(it):
    it.hide_for_a_while()
    it.lab.expect_every_key_expires()
