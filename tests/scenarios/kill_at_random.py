"""kill -9 at 30 random moments over 40,000 entries, with a file that rotates at 1 MiB and
compresses what it rotated: all parts together hold each entry once and in order; the HTTP
collector has all of them, and again at most one batch for each kill."""

import time

from harness import judge, run
from harness.failure import check
from harness.waiting import until

ENTRIES = 40000
KILLS = 30
BATCH = 500


def progress(api, archive, collector):
    """How far the whole job is, from 0 to 1: half of it is reading, the rest is sending."""
    read = api.stats()["entries_served"] / ENTRIES
    sent = collector.stored / ENTRIES
    return (min(read, 1) + min(sent, 1)) / 2


def scenario(bench):
    # Reading is slowed down, so that a run is long enough for its kills.
    api = bench.simulator(entries=ENTRIES, fault="slow:every=2,for=20ms")
    archive = bench.archive(rotate={"size": "1MiB", "compress": "gzip"})
    collector = bench.http_receiver()
    daemon = bench.daemon(
        sources=[api.source(page_limit=250)],
        outputs=[archive.config(batch={"max_entries": 300}),
                 bench.http_output(collector, batch={"max_entries": BATCH, "max_wait": "10ms"})])
    expected = api.expected()

    moments = sorted(bench.random.uniform(0, 0.97) for _ in range(KILLS))
    for moment in moments:
        daemon.spawn()
        until(lambda: progress(api, archive, collector) >= moment,
              lambda: f"progress {moment:.2f}, it is {progress(api, archive, collector):.2f}")
        time.sleep(bench.random.uniform(0, 0.06))  # nothing is waited for: any moment will do
        daemon.kill()
    check(daemon.kills == KILLS, "not every kill hit a running daemon")
    api.set_faults()
    daemon.once()

    judge.exactly_once(archive.lines(), expected, "the file")
    judge.ascending(archive.lines())
    check(len(archive.rotated()) >= 10, f"only {len(archive.rotated())} rotations")
    archive.check_no_leftovers()
    judge.repeats_at_most(collector.entries(), expected, KILLS * BATCH, "the HTTP collector")


run(scenario)
