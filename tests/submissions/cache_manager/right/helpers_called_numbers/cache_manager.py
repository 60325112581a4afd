from numbers import ZERO
from resource import whole
from plaincache import Plain


class CacheManager(Plain):
    pass
