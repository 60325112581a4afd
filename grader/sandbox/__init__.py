"""The worker that runs a student's code, and its walls."""
