"""A lock on the server that runs out by itself and that only its holder can give back."""

import uuid

GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
"""


class ServerLock:
    SECONDS = 9

    def __init__(self, client, name):
        self.client = client
        self.name = name
        self.token = str(uuid.uuid4())

    def take(self):
        return self.client.set(self.name, self.token, nx=True, ex=self.SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.client.eval(GIVE_BACK, 1, self.name, self.token)
