from dataclasses import dataclass


@dataclass(frozen=True)
class Quota:
    name: str
    limit: int
    window: int

    def __post_init__(self):
        if not self.name:
            raise ValueError("name must not be empty")
        for number in (self.limit, self.window):
            if type(number) is not int or number < 1:
                raise ValueError(f"{number!r} must be a whole number above 0")

    def key(self, user):
        if not user:
            raise ValueError("user must not be empty")
        name, user = self.name.encode().hex(), user.encode().hex()
        return f"{name}.{user}"
