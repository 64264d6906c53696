"""Goal 7: three HTTP outputs with one source. One is up while a backlog is stored; one is down
and then comes back; one stays live all the time. The catching up is compared with the one that
never was down, and the delay of the live one before and meanwhile. Each run has a store of its own.

Live entries come at 200 a second and polls five times a second, so that a delay of a few
milliseconds shows. At the end the API takes the token no more, so that all outputs come to rest at
the same entry: they must have got the same bytes.
"""

import collections
import statistics
import time

from harness.failure import same
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
REST_SECONDS = 1  # without an arrival: all that was read has arrived

Result = collections.namedtuple("Result", "never_down caught_up calm busy peak")


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


def come_to_rest(api, sinks):
    """Cuts off what comes, and waits until all sinks have the same; the entries, then."""
    api.set_tokens("nobody's")
    seen = [(time.monotonic(), ())]

    def rests():
        counts = tuple(sink.arrived() for sink in sinks)
        if counts != seen[-1][1]:
            seen.append((time.monotonic(), counts))
        return len(set(counts)) == 1 and time.monotonic() > seen[-1][0] + REST_SECONDS
    until(rests, lambda: f"the outputs to have the same entries: {seen[-1][1]}", limit=30, step=0.1)
    return seen[-1][1][0]


def run(place, number):
    backlog = settings.BACKLOG
    api = place.simulator(name=f"api-{number}", entries=backlog, span=10 * 86400,
                          to=int(time.time()) - 3600, live=PER_SECOND)
    sinks = up, down, live = [Sink(place, "http") for _ in range(3)]
    down.stop()
    daemon = place.long_daemon(
        f"catchup-{number}",
        [place.source(api, poll_interval="10s", fresh_interval="200ms")],
        [output(up, "up"), output(down, "down"), output(live, "live")])
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
    entries = come_to_rest(api, sinks)
    daemon.stop()
    api.stop()
    for sink in sinks:
        sink.stop()
    same({(sink.lines, sink.bytes) for sink in sinks}, {(entries, up.bytes)},
         "lines and bytes at the receivers")
    return Result(rate(up.arrivals(), backlog), rate(down.arrivals(), wanted),
                  delays(api, live, calm_first, busy_first - calm_first, backlog),
                  delays(api, live, busy_first, busy_end - busy_first, backlog), peak)


def measure(place, report):
    runs = [run(place, number) for number in range(settings.RUNS)]
    ratio = statistics.median(run.caught_up / run.never_down for run in runs)
    calm = [statistics.median(run.calm) for run in runs]
    busy = [statistics.median(run.busy) for run in runs]
    all_calm = [delay for run in runs for delay in run.calm]
    all_busy = [delay for run in runs for delay in run.busy]
    report.row("an output that never was down", [run.never_down for run in runs], "entries/s")
    report.row("an output that was down, catching up", [run.caught_up for run in runs],
               "entries/s", ratio=ratio, goal=SPEED_GOAL, least=True, number=7,
               note=f"backlog of {settings.BACKLOG:,}")
    report.row("delay of another output before, median", calm, "s",
               note=f"99th percentile {percentile(all_calm, 99):.3f} s")
    report.row("delay of another output meanwhile, median", busy, "s",
               note=f"99th percentile {percentile(all_busy, 99):.3f} s, {len(all_busy)} entries")
    report.row("delay added, median", [after - before for before, after in zip(calm, busy)], "s",
               goal=ADDED_GOAL, number=7, note="goal by this bench: one step of the loop")
    report.row("peak resident", [run.peak for run in runs], "MiB", goal=PEAK_GOAL, worst=True,
               number=3, note="the most; backlog, three outputs")
