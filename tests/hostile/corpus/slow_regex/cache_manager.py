"""Matches with a pattern that takes for ever, where no signal handler runs."""

import re

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        re.match(r"(a+)+$", "a" * 34 + "b")
        return super().touch(key, ttl)
