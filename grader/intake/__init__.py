"""Takes in what a student handed in, without trusting any of it."""
