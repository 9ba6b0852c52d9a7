"""The clocks of the SDK, which fake clocks leave in step.

Libraries that freeze time replace `time.monotonic` in every module, while sockets, locks and sleeps follow
real time. A limit that was set by one and compared with the other would be over at once, or never.
"""

import sys
import time
from functools import partial

# Neither is a function that such a library looks for.
if sys.platform == "win32":
    monotonic = partial(time.monotonic)
else:
    monotonic = partial(time.clock_gettime, time.CLOCK_MONOTONIC)


def wall() -> float:
    """Return the local time in seconds since 1970, which a fake clock may set."""
    return time.time()
