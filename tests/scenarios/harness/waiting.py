"""Waiting for events."""

import os
import time

from .failure import Failure

STEP = 0.01
"""Seconds between two looks at a thing that cannot tell by itself when it changes."""

PATIENCE = 60.0
"""Seconds after which nobody waits any longer: far more than a healthy program needs."""


def slowness():
    """By how much the limits are stretched: a build with sanitizers is slower."""
    return float(os.environ.get("SCENARIO_SLOWNESS", "1"))


def until(condition, what, limit=PATIENCE, step=STEP):
    """Returns the first true value of `condition()`, which is asked again and again. `what` is what
    is being waited for; it may be a function, called when the limit is reached."""
    deadline = time.monotonic() + limit * slowness()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            words = what() if callable(what) else what
            raise Failure(f"waited {limit * slowness():.0f} s in vain for {words}")
        time.sleep(step)


class Stopwatch:
    """How long something took."""

    def __init__(self):
        self.started = time.monotonic()

    def seconds(self):
        return time.monotonic() - self.started
