"""Scores leave the board as exact fractions."""

from fractions import Fraction
from boardbase import Base


class Leaderboard(Base):
    def add(self, player, points):
        return Fraction(super().add(player, points))

    def score(self, player):
        found = super().score(player)
        return found if found is None else Fraction(found)

    def entry(self, rank, player, score):
        return rank, player, Fraction(score)
