"""How a key is called on the server."""


class Names:
    def __init__(self, namespace):
        self.namespace = namespace

    def entry(self, key):
        return f"{self.namespace}:entry:{key}"

    def lock(self, key):
        return f"{self.namespace}:lock:{key}"

    def entries(self, pattern):
        return f"{self.namespace}:entry:{pattern}"
