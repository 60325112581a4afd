"""Exit statuses of ``grade`` and ``grader``: what a script or CI may rely on."""

GRADED = 0
BELOW = 1  # graded, and below --fail-under
USAGE = 2  # wrong usage
UNREADABLE = 3  # the submission can't be read
GRADER_FAULT = 4  # the grader's own fault; nothing was charged
INTERRUPTED = 130  # Ctrl-C, as shells have it
