import pytest

from grader.suites.cart_crowd import CROWD, FIRST, SAMPLE, USER, expect_crowd, of_a_large_cart
from grader.suites.expect import CheckFailedError

PLAIN = """
class It:
    def __init__(self, client, user):
        self.client, self.key = client, "c:" + user
    def add(self, item, quantity):
        self.client.hincrby(self.key, item, quantity)
        self.client.expire(self.key, 900)
    def items(self):
        return {item: int(many) for item, many in self.client.hgetall(self.key).items()}
"""
ODD = PLAIN.replace("key, item, quantity)", "key, 'item ' + item, quantity)")
FORGETFUL = PLAIN.replace("hgetall(self.key).items()", "hscan(self.key, count=1000)[1].items()")


def adds(lab):
    return sum(sent.name == "HINCRBY" for sent in lab.stage.relay.recording().sent)


def asked(lab):
    """How many items a cart had on the server each time that it was asked about."""
    seen = []

    def ask(cart):
        seen.append(lab.stage.kit.admin.ask("HLEN", f"c:{USER}"))
        expect_crowd(cart.items(), "What is in it")

    of_a_large_cart(lab, ask)
    return seen


def test_a_plain_cart_is_filled_beside_the_student(make_lab):
    lab = make_lab(PLAIN)
    assert asked(lab) == [len(CROWD)]
    assert adds(lab) == len(SAMPLE)
    assert lab.stage.kit.admin.ask("TTL", f"c:{USER}") > 0


def test_nothing_is_said_of_a_cart_in_another_layout(make_lab):
    assert asked(make_lab(ODD)) == []
    assert asked(make_lab(PLAIN.replace("expire(self.key, 900)", "exists(self.key)"))) == []


def test_a_page_is_not_all(make_lab):
    with pytest.raises(CheckFailedError, match="What is in it is wrong"):
        asked(make_lab(FORGETFUL))


def test_how_many_are_right_is_told():
    expect_crowd(CROWD, "All")
    for wrong in ({}, None, CROWD | {FIRST: 99}, CROWD | {FIRST: [1]}):
        with pytest.raises(CheckFailedError) as failed:
            expect_crowd(wrong, "All")
        assert failed.value.seen.text == str(len(CROWD) - 1 if wrong and FIRST in wrong else 0)
