"""What a board does, in plain Python: for judging races, and for boards with many players."""

from collections.abc import Iterable

Entry = tuple[int, str, float]


class BoardModel:
    """One board; times are left out."""

    def __init__(self, scores: Iterable[tuple[str, float]] = ()) -> None:
        self._scores = dict(scores)

    def submit(self, player: str, score: float) -> bool:
        """Keep the best; say whether the board changed."""
        if player in self._scores and self._scores[player] >= score:
            return False
        self._scores[player] = score
        return True

    def add(self, player: str, points: float) -> float:
        """Give the new score."""
        self._scores[player] = self._scores.get(player, 0.0) + points
        return self._scores[player]

    def score(self, player: str) -> float | None:
        """Give the score, or None."""
        return self._scores.get(player)

    def rank(self, player: str) -> int | None:
        """Give the rank, or None."""
        own = self._scores.get(player)
        return None if own is None else 1 + sum(score > own for score in self._scores.values())

    def top(self, n: int = 10) -> list[Entry]:
        """Give the first entries."""
        return self.entries()[:n]

    def around(self, player: str, radius: int = 2) -> list[Entry]:
        """Give the player's entry and its neighbours."""
        entries = self.entries()
        places = [place for place, entry in enumerate(entries) if entry[1] == player]
        return [entry for place in places for entry in entries[max(0, place - radius) : place + radius + 1]]

    def between(self, low: float, high: float) -> list[Entry]:
        """Give the entries with such scores."""
        return [entry for entry in self.entries() if low <= entry[2] <= high]

    def remove(self, player: str) -> bool:
        """Say whether the player was there."""
        return self._scores.pop(player, None) is not None

    def size(self) -> int:
        """Give the number of players."""
        return len(self._scores)

    def entries(self) -> list[Entry]:
        """Give all entries in board order."""
        found: list[Entry] = []
        ordered = sorted(self._scores.items(), key=lambda item: (-item[1], item[0].encode()))
        for place, (player, score) in enumerate(ordered, 1):
            shared = bool(found) and found[-1][2] == score
            found.append((found[-1][0] if shared else place, player, score))
        return found
