"""Goal 6: the time from an entry's becoming visible at the API to its arrival at an HTTP
receiver, with all settings at their defaults: 20 entries a second, 45 calls a minute. What arrives
is compared with what the API has, since a repeated entry would make those behind it look early."""

import statistics
import time

from harness import judge
from harness.failure import check
from harness.waiting import until

from . import settings
from .guarantees import bodies
from .sink import Sink, arrival_times

PER_SECOND = 20
BUDGET = 45  # calls a minute, by default
MEDIAN_GOAL, LAST_GOAL = 2.0, 4.0  # seconds
HISTORY = 1000
PASSED_OVER_SECONDS = 5  # of the beginning, when the walk catches up


def percentile(values, percent):
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def delays(api, sink, first, count, history=HISTORY):
    """Seconds of delay of the live entries from number `first` on. They come in order, so the
    number of one that arrives tells when it was made."""
    times = arrival_times(sink.arrivals(), history + first, count)
    since, rate = api.options["live_since"], api.options["live"]
    return [when - (since + (first + place + 1) / rate) for place, when in enumerate(times)]


def measure(place, report):
    api = place.simulator(entries=HISTORY, span=86400, to=int(time.time()) - 3600, live=PER_SECOND,
                          calls_per_minute=50)
    kept = place.fresh("kept")
    sink = Sink(place, "http", kept)
    daemon = place.long_daemon(
        "fresh", [place.source(api, calls_per_minute=None)],
        [{"name": "http", "type": "http", "url": f"http://127.0.0.1:{sink.port}/"}])
    daemon.start()
    until(lambda: sink.arrived() > HISTORY, "the first live entries", limit=30)
    time.sleep(PASSED_OVER_SECONDS)
    first, calls, begin = sink.arrived() - HISTORY, api.stats()["calls"], time.monotonic()
    time.sleep(settings.LIVE_SECONDS)
    per_minute = (api.stats()["calls"] - calls) * 60 / (time.monotonic() - begin)
    count = sink.arrived() - HISTORY - first
    daemon.stop()
    sink.stop()
    arrived = [line for body in bodies(kept) for line in body.splitlines()]
    judge.same_order(arrived, api.expected()[:len(arrived)], "the HTTP receiver")
    check(api.stats()["budget"]["refused"] == 0, "calls were refused")
    check(count > 0.8 * PER_SECOND * settings.LIVE_SECONDS, f"only {count} entries arrived")
    found = delays(api, sink, first, count)
    size = -(-count // settings.RUNS)
    parts = [found[at:at + size] for at in range(0, count, size)]
    report.row("visible to arrival over HTTP, median", [statistics.median(part) for part in parts],
               "s", goal=MEDIAN_GOAL, number=6,
               note=f"{count} entries in {len(parts)} parts, {min(found):.2f} to "
                    f"{max(found):.2f} s")
    report.row("visible to arrival over HTTP, 99th percentile",
               [percentile(part, 99) for part in parts], "s", goal=LAST_GOAL, worst=True, number=6,
               note="of the worst part")
    report.row("calls a minute meanwhile", per_minute, "calls", goal=BUDGET, number=6)
