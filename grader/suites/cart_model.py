"""What carts do, in plain Python, for judging races; times are left out."""

from collections import defaultdict


class CartModel:
    """One user's cart; carts made from the same ``world`` know each other."""

    def __init__(self, world: dict[str, dict[str, int]], user: str) -> None:
        self._world, self._user = world, user

    @property
    def _cart(self) -> dict[str, int]:
        return self._world[self._user]

    def add(self, item: str, quantity: int = 1) -> int:
        """Give the item's new quantity."""
        self._cart[item] = self._cart.get(item, 0) + quantity
        return self._cart[item]

    def set_quantity(self, item: str, quantity: int) -> None:
        """Set it; 0 removes the item."""
        self._cart.pop(item, None)
        if quantity:
            self._cart[item] = quantity

    def remove(self, item: str) -> bool:
        """Say whether it was there."""
        return self._cart.pop(item, None) is not None

    def items(self) -> dict[str, int]:
        """Give all quantities."""
        return dict(self._cart)

    def count(self) -> int:
        """Give the units in all."""
        return sum(self._cart.values())

    def clear(self) -> None:
        """Empty it."""
        self._cart.clear()

    def merge(self, guest: str) -> None:
        """Take over a guest's cart."""
        for item, quantity in self._world.pop(guest, {}).items():
            self.add(item, quantity)

    def checkout(self) -> dict[str, int]:
        """Take everything out."""
        taken = dict(self._cart)
        self._cart.clear()
        return taken


def carts(*users: str) -> dict[str, CartModel]:
    """Models for several users, under the users' own names."""
    world: dict[str, dict[str, int]] = defaultdict(dict)
    return {user: CartModel(world, user) for user in users}
