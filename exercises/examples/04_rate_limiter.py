"""Example 4: at most 3 requests in any window of a second, with a sorted set of their times."""

import threading
import time
import uuid

import redis
from local_valkey import connect

KEY = "example:4:ada"
LIMIT = 3
WINDOW_MS = 1000

# One script, so that no other request comes between the counting and the adding. Only requests that were
# allowed are kept: the set never has more than LIMIT members.
HIT = """
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) < limit then
    redis.call('ZADD', KEYS[1], now, ARGV[4])
    redis.call('PEXPIRE', KEYS[1], window)
    return 0
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return oldest[2] + window - now
"""


def hit(client: redis.Redis) -> int:
    """Ask for one request: 0 where it is allowed, else the milliseconds to wait."""
    now = int(time.time() * 1000)
    # A member that is not unique would replace another request of the same millisecond.
    return client.eval(HIT, 1, KEY, now, WINDOW_MS, LIMIT, uuid.uuid4().hex)


def describe(wait_ms: int) -> str:
    """One answer in words."""
    return "allowed" if wait_ms == 0 else f"refused, try again in {wait_ms} ms"


def main() -> None:
    """Run into the limit, wait, and go on; then the same with many at once."""
    with connect() as client:
        client.delete(KEY)
        print("1. Five requests in a row, with a limit of", LIMIT)
        answers = [hit(client) for _ in range(5)]
        for number, wait_ms in enumerate(answers, start=1):
            print(f"   Request {number}:", describe(wait_ms))

        print("2. After waiting as long as the last answer says:")
        time.sleep(answers[-1] / 1000 + 0.001)
        print("   Request 6:", describe(hit(client)))

        print("3. Twenty requests at the same moment:")
        client.delete(KEY)
        at_once: list[int] = []
        threads = [threading.Thread(target=lambda: at_once.append(hit(client))) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print("   Allowed:", at_once.count(0), "of", len(at_once))
        print("   The set has", client.zcard(KEY), "members")
        print("Cleaned up:", client.delete(KEY), "key deleted.")


if __name__ == "__main__":
    main()
