"""Takes no arguments."""


class CacheManager:
    pass
