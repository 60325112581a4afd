"""What is given is a Sequence of its own that equals a list of the same items."""

from collections.abc import Sequence
from boardbase import Base


class Entries(Sequence):
    __slots__ = ("_items",)

    def __init__(self, items):
        self._items = tuple(items)

    def __len__(self):
        return len(self._items)

    def __getitem__(self, i):
        return self._items[i]

    def __eq__(self, other):
        return isinstance(other, (list, Entries)) and list(self) == list(other)

    __hash__ = None


class Leaderboard(Base):
    def top(self, n=10):
        return Entries(super().top(n))

    def around(self, player, radius=2):
        return Entries(super().around(player, radius))

    def between(self, low, high):
        return Entries(super().between(low, high))
