"""Has no class of the name."""


class Cache:
    pass
