"""Machine and human formats of results, one file each: ``table`` finds them by name."""
