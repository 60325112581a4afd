"""The cache's own parts."""
