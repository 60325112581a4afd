"""How users and items are called on the server: users by their hash, items in base64."""

import base64


def user_key(user_id):
    """The key of a user's cart, an empty id raises ValueError."""
    if not user_id:
        raise ValueError("a user needs an id")
    return f"cart:{hash(user_id)}"


def field(item):
    """The hash field for an item; an empty name raises ValueError."""
    if not item:
        raise ValueError("an item needs a name")
    return base64.urlsafe_b64encode(item.encode("utf-8")).decode("ascii")


def item_of(name):
    """The item that ``field`` was given."""
    return base64.urlsafe_b64decode(name).decode("utf-8")
