"""Has a function where a class is wanted."""

CacheManager = 3
