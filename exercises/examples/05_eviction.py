"""Example 5: what Valkey throws away when its memory is full, and how LRU differs from LFU.

A hundred popular pages are read again and again, while a crawler reads every other page once. LRU keeps
what was used last, so the crawler pushes the popular pages out. LFU keeps what is used often.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from local_valkey import connect, private_server

PREFIX = "example:5:"
POPULAR = 100
PAGE = "x" * 2000
ROOM = 500_000  # bytes for pages: about 200 of them
READS = 1500
SETTINGS = ["maxmemory", "maxmemory-policy", "maxmemory-samples"]


def read_page(client: redis.Redis, name: str) -> bool:
    """Whether the page was in the cache; it is there now."""
    if client.get(PREFIX + name) is not None:
        return True
    client.set(PREFIX + name, PAGE, ex=3600)
    return False


def hit_rate(client: redis.Redis, policy: str) -> float:
    """The share of reads of popular pages that hit, under this policy, beside a crawler."""
    chance = random.Random(1)  # noqa: S311 - no secret: every run reads the same pages
    clean_up(client)
    client.config_set("maxmemory", client.info("memory")["used_memory"] + ROOM)
    client.config_set("maxmemory-policy", policy)
    # First everybody reads popular pages only, so that LFU learns how popular they are.
    for _ in range(2 * READS):
        read_page(client, f"popular:{chance.randrange(POPULAR)}")
    hits = 0
    for number in range(READS):
        hits += read_page(client, f"popular:{chance.randrange(POPULAR)}")
        for crawled in range(3):
            read_page(client, f"rare:{number}:{crawled}")
    return hits / READS


def clean_up(client: redis.Redis) -> int:
    """Delete this example's pages; how many there were."""
    pages = list(client.scan_iter(match=PREFIX + "*", count=1000))
    return client.delete(*pages) if pages else 0


@contextmanager
def kept_settings(client: redis.Redis) -> Iterator[None]:
    """Give the server its own settings back in the end."""
    before = {name: client.config_get(name)[name] for name in SETTINGS}
    try:
        yield
    finally:
        client.config_set("maxmemory", 0)
        for name, value in before.items():
            client.config_set(name, value)


def show(client: redis.Redis) -> None:
    """Try no eviction, LRU and LFU."""
    with kept_settings(client):
        print("1. With `noeviction` a full server refuses to write:")
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", client.info("memory")["used_memory"] + ROOM)
        try:
            for number in range(1000):
                client.set(f"{PREFIX}{number}", PAGE, ex=3600)
        except redis.OutOfMemoryError as error:
            print(f"   Write {number + 1} failed: {error}")

        print("2. With `allkeys-lru` the key that was used longest ago goes:")
        lru = hit_rate(client, "allkeys-lru")
        print(f"   Hit rate of the popular pages: {lru:.0%}")

        print("3. With `allkeys-lfu` the key that is used least goes:")
        lfu = hit_rate(client, "allkeys-lfu")
        print(f"   Hit rate of the popular pages: {lfu:.0%}")
        print("   Keys evicted so far:", client.info("stats")["evicted_keys"])
        print("LFU is better here." if lfu > lru else "LRU is better here.")
    print("Cleaned up:", clean_up(client) > 0)


def main() -> None:
    """Use the lesson's server if it is empty: an eviction would take other keys too."""
    with connect() as client:
        if not client.info("keyspace"):
            show(client)
            return
    print("The server holds other keys, which must not be evicted: a private one is started.")
    with private_server() as client:
        show(client)


if __name__ == "__main__":
    main()
