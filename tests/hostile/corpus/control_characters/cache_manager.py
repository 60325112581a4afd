"""Raises a text full of terminal, HTML and workflow commands."""

from reference import CacheManager as Reference


class CacheManager(Reference):
    def touch(self, key, ttl=None):
        raise RuntimeError("\x1b[2J<script>alert(1)</script>\n::error::owned\n=cmd|'/c calc'!A1")
        return super().touch(key, ttl)
