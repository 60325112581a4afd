"""Example 3: sessions that end when nobody uses them (sliding expiry)."""

import secrets
import time

import redis
from local_valkey import connect

PREFIX = "example:3:"
# Short, so that you can watch it. A real shop would take half an hour.
IDLE_SECONDS = 1


def create(client: redis.Redis, user: str) -> str:
    """Start a session; its token."""
    # `secrets`, not `random`: whoever guesses a token is logged in.
    token = secrets.token_urlsafe(32)
    pipeline = client.pipeline(transaction=True)
    pipeline.hset(PREFIX + token, mapping={"user": user, "theme": "dark"})
    pipeline.expire(PREFIX + token, IDLE_SECONDS)
    pipeline.execute()
    return token


def visit(client: redis.Redis, token: str) -> str:
    """Restart the idle time; says who it was, or that the session is over."""
    # EXPIRE comes first: it makes no key, and says whether there is one.
    if not client.expire(PREFIX + token, IDLE_SECONDS):
        return "the session is over: please log in"
    user = client.hget(PREFIX + token, "user")
    return f"hello {user}, {client.pttl(PREFIX + token)} ms left"


def main() -> None:
    """Keep a session alive, let it run out, and end another by hand."""
    with connect() as client:
        print("1. A session is a hash under a random token.")
        token = create(client, "ada")
        print("   The token has", len(token), "characters")
        print("   It holds", client.hgetall(PREFIX + token))

        print("2. Each visit restarts the idle time of", IDLE_SECONDS, "s.")
        for _ in range(3):
            time.sleep(IDLE_SECONDS * 0.6)
            print("  ", visit(client, token))
        print("   The session is older than its idle time, and alive.")

        print("3. Left alone, it ends by itself.")
        time.sleep(IDLE_SECONDS * 1.2)
        print("  ", visit(client, token))

        print("4. Logging out deletes it.")
        token = create(client, "ada")
        print("   Deleted:", client.delete(PREFIX + token))
        print("  ", visit(client, token))
        print("Cleaned up:", len(list(client.scan_iter(match=PREFIX + "*"))), "keys are left.")


if __name__ == "__main__":
    main()
