"""The hidden suite of the shopping cart."""
