"""The corpus is material, not tests: nothing in it may be collected or imported here."""

collect_ignore = ["corpus"]
