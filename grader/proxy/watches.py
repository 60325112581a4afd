"""Keeps WATCH alive while the clock moves the server's expiries, which touches every key that has one.

A connection that watches keys, and whose keys nobody has changed, watches them anew after the move. Where one
of them was changed, or ran out in the move itself, nothing is done: EXEC fails as it would have.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from grader.admin import Admin
from grader.proxy.link import Link

_DIRTY = "d"  # among a client's flags: a key that it watches was changed, so EXEC will fail


@contextmanager
def kept(links: Iterable[Link], admin: Admin) -> Iterator[None]:
    """Move the expiries inside; ``links`` are all that are open."""
    watching = [link for link in links if link.can_watch_anew]
    before = {link.client_id: _count(link, admin) for link in watching if not _is_dirty(link, admin)}
    yield
    for link in watching:
        if link.client_id in before and _count(link, admin) == before[link.client_id]:
            with suppress(OSError):  # then it is closed, and its client hears of that
                link.watch_anew()


def _is_dirty(link: Link, admin: Admin) -> bool:
    told = admin.ask("CLIENT", "LIST", "ID", link.client_id)
    text = told.decode() if isinstance(told, bytes) else str(told)
    flags = next((word for word in text.split() if word.startswith("flags=")), "")
    return _DIRTY in flags.removeprefix("flags=")


def _count(link: Link, admin: Admin) -> object:
    """How many of the watched keys there are."""
    return admin.ask("EXISTS", *link.watched)
