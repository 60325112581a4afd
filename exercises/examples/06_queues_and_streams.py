"""Example 6: a list as a queue, and a stream that a group of workers reads together."""

import threading

import redis
from local_valkey import connect

QUEUE = "example:6:queue"
DOING = "example:6:doing"
STREAM = "example:6:orders"
GROUP = "kitchen"


def list_as_queue(client: redis.Redis) -> None:
    """Jobs go in at the right and come out at the left, first in, first out."""
    client.rpush(QUEUE, "bake", "wrap", "send")
    client.expire(QUEUE, 3600)
    # LMOVE keeps the job in a second list until it is done, so that a crash loses none.
    job = client.lmove(QUEUE, DOING, "LEFT", "RIGHT")
    print("   First job:", job, "- being done:", client.lrange(DOING, 0, -1))
    client.lrem(DOING, 1, job)
    print("   Waiting:", client.lrange(QUEUE, 0, -1))


def wait_for_job(client: redis.Redis) -> None:
    """A worker that blocks on an empty queue gets the job as soon as it comes."""
    client.delete(QUEUE)
    producer = threading.Timer(0.1, lambda: client.rpush(QUEUE, "a late job"))
    producer.start()
    print("   BLPOP waited and got:", client.blpop([QUEUE], timeout=5)[1])
    producer.join()
    print("   On an empty queue it gives up:", client.blpop([QUEUE], timeout=0.05))


def stream_with_group(client: redis.Redis) -> None:
    """Each entry goes to one worker of the group, and stays pending until it is acknowledged."""
    client.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    client.expire(STREAM, 3600)
    for dish in ["soup", "salad", "cake"]:
        # MAXLEN keeps a stream from growing for ever.
        client.xadd(STREAM, {"dish": dish}, maxlen=1000, approximate=True)
    for worker in ["ann", "bob"]:
        entry, fields = read_one(client, worker)
        print(f"   {worker} takes {fields['dish']}")
        if worker == "ann":
            client.xack(STREAM, GROUP, entry)
    print("   Pending, since bob never said that he was done:", client.xpending(STREAM, GROUP)["pending"])
    claimed = client.xautoclaim(STREAM, GROUP, "ann", min_idle_time=0, start_id="0-0")[1]
    print("   ann takes over:", [fields["dish"] for _, fields in claimed])


def read_one(client: redis.Redis, worker: str) -> tuple[str, dict[str, str]]:
    """The next entry that nobody of the group has had."""
    answer = client.xreadgroup(GROUP, worker, {STREAM: ">"}, count=1)
    # RESP3 answers with a dict, RESP2 with a list of pairs.
    ((_, entries),) = answer.items() if isinstance(answer, dict) else answer
    while isinstance(entries[0], list):
        entries = entries[0]
    return entries[0]


def main() -> None:
    """Show the three, then clean up."""
    with connect() as client:
        client.delete(QUEUE, DOING, STREAM)
        print("1. A list is a queue.")
        list_as_queue(client)
        print("2. A worker can wait without asking again and again.")
        wait_for_job(client)
        print("3. A stream remembers who took what.")
        stream_with_group(client)
        print("Cleaned up:", client.delete(QUEUE, DOING, STREAM), "key deleted.")


if __name__ == "__main__":
    main()
