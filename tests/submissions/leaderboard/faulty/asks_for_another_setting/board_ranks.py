"""Ranks for a slice of a board that is already in order."""

from itertools import groupby
from operator import itemgetter


def with_ranks(rows, place, better):
    """Entries of (player, score) rows that begin at 1-based ``place``; ``better`` players beat the first."""
    entries = []
    rank = better + 1
    for score, group in groupby(rows, key=itemgetter(1)):
        players = [player for player, _ in group]
        entries += [(rank, player, score) for player in players]
        place += len(players)
        rank = place
    return entries
