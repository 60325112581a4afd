"""Example 7: counting visits as they come: totals, unique visitors, and what is trending."""

import random

import redis
from local_valkey import connect

PREFIX = "example:7:"
VISITS = 20_000
VISITORS = 5_000
PAGES = ["home", "search", "books", "music", "basket", "help"]
WEIGHTS = [40, 25, 15, 10, 7, 3]
DAY = 86_400


def record(client: redis.Redis, visits: list[tuple[str, str]]) -> None:
    """Count a batch of visits in one round trip."""
    pipeline = client.pipeline(transaction=True)
    for visitor, page in visits:
        pipeline.hincrby(PREFIX + "total", page, 1)
        pipeline.pfadd(PREFIX + "unique", visitor)
        pipeline.zincrby(PREFIX + "trending", 1, page)
    for name in ["total", "unique", "trending"]:
        pipeline.expire(PREFIX + name, DAY)
    pipeline.execute()


def main() -> None:
    """Record a day of visits and ask about it, then clean up."""
    chance = random.Random(7)  # noqa: S311 - no secret: every run counts the same visits
    visits = [
        (f"visitor-{chance.randrange(VISITORS)}", chance.choices(PAGES, WEIGHTS)[0]) for _ in range(VISITS)
    ]
    with connect() as client:
        client.delete(PREFIX + "total", PREFIX + "unique", PREFIX + "trending")
        print("1.", VISITS, "visits are recorded in batches of 500, one round trip each.")
        for first in range(0, VISITS, 500):
            record(client, visits[first : first + 500])

        print("2. A hash of counters knows the totals.")
        totals = client.hgetall(PREFIX + "total")
        print("   Visits in all:", sum(int(count) for count in totals.values()))

        print("3. A HyperLogLog estimates how many were different.")
        exact = len({visitor for visitor, _ in visits})
        estimate = client.pfcount(PREFIX + "unique")
        print(f"   Estimated {estimate}, really {exact}: {abs(estimate - exact) / exact:.1%} off")
        print("   It takes", client.memory_usage(PREFIX + "unique"), "bytes, however many come.")

        print("4. A sorted set is the trending list.")
        for page, count in client.zrange(PREFIX + "trending", 0, 2, desc=True, withscores=True):
            print(f"   {page}: {count:.0f}")

        print("5. Yesterday counts less: all scores are halved in one command.")
        client.zunionstore(PREFIX + "trending", {PREFIX + "trending": 0.5})
        client.expire(PREFIX + "trending", DAY)
        client.zincrby(PREFIX + "trending", 6000, "help")
        print("   Now first:", client.zrange(PREFIX + "trending", 0, 0, desc=True)[0])

        print("Cleaned up:", client.delete(*[PREFIX + n for n in ["total", "unique", "trending"]]), "keys.")


if __name__ == "__main__":
    main()
