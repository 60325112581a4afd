"""Example 2: cache-aside, write-through, write-behind, invalidation, and the stampede."""

import json
import threading
import time
import uuid
from collections.abc import Callable

import redis
from local_valkey import connect

# A prefix for each kind of key: no entry can have the name of a lock or of the queue.
ENTRY = "example:2:entry:"
LOCK = "example:2:lock:"
CHANGES = "example:2:changes"


class Database:
    """Stands for a slow database: it counts how often it is asked."""

    def __init__(self) -> None:
        self.rows = {"book:1": {"title": "Emma", "price": 900}}
        self.reads = 0
        self.writes = 0

    def read(self, name: str) -> dict:
        """A row, after a while."""
        self.reads += 1
        time.sleep(0.05)
        return self.rows[name]

    def write(self, name: str, row: dict) -> None:
        """Keep a row."""
        self.writes += 1
        self.rows[name] = row


Reader = Callable[[redis.Redis, Database, str], dict]


def cache_aside(client: redis.Redis, database: Database, name: str) -> dict:
    """Look in the cache; on a miss ask the database and keep the answer for a minute."""
    text = client.get(ENTRY + name)
    if text is not None:
        return json.loads(text)
    row = database.read(name)
    client.set(ENTRY + name, json.dumps(row), ex=60)
    return row


def write_through(client: redis.Redis, database: Database, name: str, row: dict) -> None:
    """Write to the database and then to the cache, so that the next reader hits."""
    database.write(name, row)
    client.set(ENTRY + name, json.dumps(row), ex=60)


def write_behind(client: redis.Redis, name: str, row: dict) -> None:
    """Write to the cache and queue the change in the same step; the database gets it later."""
    pipeline = client.pipeline(transaction=True)
    pipeline.set(ENTRY + name, json.dumps(row), ex=60)
    pipeline.rpush(CHANGES, json.dumps([name, row]))
    # A queue must outlive the cache, so it has a long expiry, but it has one.
    pipeline.expire(CHANGES, 86400)
    pipeline.execute()


def drain(client: redis.Redis, database: Database) -> None:
    """Carry the queued changes to the database; only the last one of each row needs writing."""
    # A worker that died here would lose what it took. Example 6 shows a queue that doesn't.
    latest = {}
    while (change := client.lpop(CHANGES)) is not None:
        name, row = json.loads(change)
        latest[name] = row
    for name, row in latest.items():
        database.write(name, row)


def with_lock(client: redis.Redis, database: Database, name: str) -> dict:
    """Cache-aside in which one caller reads the database while the others wait for it."""
    token = uuid.uuid4().hex
    while True:
        text = client.get(ENTRY + name)
        if text is not None:
            return json.loads(text)
        if client.set(LOCK + name, token, nx=True, ex=9):
            break
        time.sleep(0.01)
    try:
        return cache_aside(client, database, name)
    finally:
        # Only whoever holds the lock may release it: after 9 s it may be somebody else's.
        release = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
        client.eval(release, 1, LOCK + name, token)


def stampede(client: redis.Redis, database: Database, read: Reader) -> int:
    """How often the database is read when 10 callers miss at the same moment."""
    client.delete(ENTRY + "book:1")
    before = database.reads
    start = threading.Barrier(10)

    def caller() -> None:
        start.wait()
        read(client, database, "book:1")

    threads = [threading.Thread(target=caller) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return database.reads - before


def main() -> None:
    """Show each pattern once, then clean up."""
    database = Database()
    with connect() as client:
        print("1. Cache-aside: the first read misses, the second hits.")
        cache_aside(client, database, "book:1")
        cache_aside(client, database, "book:1")
        print("   Two reads, database asked", database.reads, "time")

        print("2. Invalidation: after a change in the database the cache is wrong until it is told.")
        database.write("book:1", {"title": "Emma", "price": 700})
        print("   Stale price:", cache_aside(client, database, "book:1")["price"])
        client.delete(ENTRY + "book:1")
        print("   Price after DEL:", cache_aside(client, database, "book:1")["price"])

        print("3. Write-through: database and cache change together.")
        write_through(client, database, "book:1", {"title": "Emma", "price": 650})
        print("   Price:", cache_aside(client, database, "book:1")["price"])

        print("4. Write-behind: the cache changes at once, the database later.")
        writes = database.writes
        for price in [640, 630, 620]:
            write_behind(client, "book:1", {"title": "Emma", "price": price})
        print("   Cache:", cache_aside(client, database, "book:1")["price"], end=" ")
        print("database:", database.rows["book:1"]["price"])
        drain(client, database)
        print("   After the queue is drained:", database.rows["book:1"]["price"], end=" ")
        print("in", database.writes - writes, "write for 3 changes")

        print("5. Stampede: 10 callers miss at the same moment.")
        print("   Without a lock the database is read", stampede(client, database, cache_aside), "times")
        print("   With a lock the database is read", stampede(client, database, with_lock), "time")

        print("Cleaned up:", client.delete(ENTRY + "book:1", CHANGES), "key deleted.")


if __name__ == "__main__":
    main()
