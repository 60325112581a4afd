"""Example 1: the five types that a cache is made of, and the time-to-live that every key can have."""

from local_valkey import connect

PREFIX = "example:1:"


def main() -> None:
    """Use each type once, then clean up."""
    with connect() as client:
        print("1. A string holds text or a number.")
        greeting = PREFIX + "greeting"
        client.set(greeting, "hello")
        print("   GET gives", client.get(greeting))
        visits = PREFIX + "visits"
        client.incr(visits)
        print("   INCRBY counts on the server and gives", client.incrby(visits, 4))

        print("2. A hash holds the fields of one thing.")
        user = PREFIX + "user:7"
        client.hset(user, mapping={"name": "Ada", "city": "London", "logins": 1})
        client.hincrby(user, "logins", 1)
        print("   HGETALL gives", client.hgetall(user))
        print("   Numbers come back as text:", repr(client.hget(user, "logins")))

        print("3. A list keeps the order in which things came.")
        recent = PREFIX + "recent"
        for page in ["home", "search", "book", "basket"]:
            client.lpush(recent, page)
            client.ltrim(recent, 0, 2)  # keep the newest three
        print("   LRANGE gives the newest first:", client.lrange(recent, 0, -1))

        print("4. A set holds each member once.")
        python, caching = PREFIX + "read:python", PREFIX + "read:caching"
        client.sadd(python, "ann", "bob", "ann")
        client.sadd(caching, "bob", "cy")
        print("   SCARD gives", client.scard(python))
        print("   SINTER gives who read both:", client.sinter(python, caching))

        print("5. A sorted set orders its members by score.")
        scores = PREFIX + "scores"
        client.zadd(scores, {"ann": 40, "bob": 55, "cy": 31})
        client.zincrby(scores, 30, "cy")
        print("   The best two:", client.zrange(scores, 0, 1, desc=True, withscores=True))

        print("6. Every key can have a time-to-live.")
        print("   TTL of a key without one:", client.ttl(greeting))
        client.set(greeting, "hello again", ex=60)
        print("   TTL after SET with EX 60:", client.ttl(greeting))
        client.persist(greeting)
        print("   TTL after PERSIST:", client.ttl(greeting))

        removed = client.delete(greeting, visits, user, recent, python, caching, scores)
        print("Cleaned up:", removed, "keys deleted.")


if __name__ == "__main__":
    main()
