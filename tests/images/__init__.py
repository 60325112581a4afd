"""Container images that the tests build from scratch, for no registry is at hand."""
