"""Goal 7: three HTTP outputs with one source. One is up while a backlog is stored; one is down
and then comes back; one stays live all the time. The catching up is compared with the one that
never was down, and the delay of the live one before and meanwhile.

Live entries come at 200 a second and polls five times a second, so that a delay of a few
milliseconds shows.
"""

import statistics
import time

from harness.waiting import until

from . import settings
from .freshness import delays, percentile
from .measured import memory_of
from .sink import Sink

PER_SECOND = 200
SPEED_GOAL = 0.8  # of the one that never was down
ADDED_GOAL = 0.05  # seconds: the longest step of the loop
PEAK_GOAL = 24.0  # MiB
CALM_SECONDS = 5


def output(sink, name):
    """A short wait for company, so that a delay shows beside it."""
    return {"name": name, "type": "http", "url": f"http://127.0.0.1:{sink.port}/",
            "retry": [{"handler": "connection_error", "max_retries": 100,
                       "interval": {"type": "fixed", "wait": "200ms", "jitter": "none"}}],
            "batch": {"max_wait": "50ms"}}


def rate(rows, until_lines):
    """Entries a second from the first request to the one that reached so many."""
    reached = [(when, lines) for when, lines in rows if lines <= until_lines] or rows[:1]
    (begin, first), (end, last) = reached[0], reached[-1]
    return (last - first) / (end - begin)


def measure(place, report):
    backlog = settings.BACKFILL
    api = place.simulator(entries=backlog, span=10 * 86400, to=int(time.time()) - 3600,
                          live=PER_SECOND)
    up, down, live = (Sink(place, "http") for _ in range(3))
    outputs = [output(up, "up"), output(down, "down"), output(live, "live")]
    down.stop()
    daemon = place.long_daemon(
        "catchup", [place.source(api, poll_interval="10s", fresh_interval="200ms")], outputs)
    daemon.start()
    until(lambda: min(up.arrived(), live.arrived()) > backlog + PER_SECOND,
          "the backlog to be stored", limit=120, step=0.1)
    calm_first = live.arrived() - backlog
    time.sleep(CALM_SECONDS)
    wanted = up.arrived()
    busy_first = live.arrived() - backlog
    down.start()
    until(lambda: down.arrived() >= wanted, "the output that was down to catch up", limit=120,
          step=0.05)
    busy_end = live.arrived() - backlog
    time.sleep(1)  # what was made meanwhile arrives
    _, _, peak = memory_of(daemon.process.pid)
    daemon.stop()

    never_down = rate(up.arrivals(), backlog)
    caught_up = rate(down.arrivals(), wanted)
    report.row("an output that never was down", never_down, "entries/s")
    report.row("an output that was down, catching up", caught_up, "entries/s",
               ratio=caught_up / never_down, goal=SPEED_GOAL, least=True, number=7,
               note=f"backlog of {backlog:,}")
    calm = delays(api, live, calm_first, busy_first - calm_first, backlog)
    busy = delays(api, live, busy_first, busy_end - busy_first, backlog)
    report.row("delay of another output before, median", statistics.median(calm), "s",
               note=f"99th percentile {percentile(calm, 99):.3f} s")
    report.row("delay of another output meanwhile, median", statistics.median(busy), "s",
               note=f"99th percentile {percentile(busy, 99):.3f} s, {len(busy)} entries")
    report.row("delay added, median", statistics.median(busy) - statistics.median(calm), "s",
               goal=ADDED_GOAL, number=7, note="goal by this bench: one step of the loop")
    report.row("peak resident", peak, "MiB", goal=PEAK_GOAL, number=3,
               note="backlog, three outputs")
