"""Never finishes being imported."""

import time

end = time.monotonic_ns() + 30_000_000_000
while time.monotonic_ns() < end:
    pass
