"""kill -9 at every place that the source names: mid-page, at the close of a window, between write
and sync, in the middle of a rotation, of a compression and of a send. Killed there twice and
started again, the parts of the file together hold each entry once and in order, and the HTTP
collector has all of them, again at most one batch for each kill."""

import re

from harness import Skip, judge, run
from harness.failure import check

ENTRIES = 6000
BATCH = 500

CRASH_POINT = re.compile(r'crash_point\("([a-z0-9_.]+)"\)')


def places(source_tree):
    """Every place that the source names."""
    return sorted({name for path in source_tree.glob("src/**/*.c")
                   for name in CRASH_POINT.findall(path.read_text(encoding="utf-8"))})


def kill_at(bench, place):
    """Two kills at one place, at the first time that it is passed and at a later one."""
    api = bench.simulator(f"api-{place}", entries=ENTRIES, fault="expire-cursor:every=4")
    archive = bench.archive(f"archive-{place}", rotate={"size": "1MiB", "compress": "gzip"})
    collector = bench.http_receiver()
    daemon = bench.daemon(
        sources=[api.source(page_limit=250)],
        outputs=[archive.config(batch={"max_entries": 200}),
                 bench.http_output(collector, batch={"max_entries": BATCH, "max_wait": "10ms"})],
        name=f"daemon-{place}")
    for count in (1, bench.random.randint(1, 2)):
        daemon.spawn("--once", crash_point=f"{place}:{count}")
        daemon.wait_killed(place)
    daemon.once()

    expected = api.expected()
    judge.exactly_once(archive.lines(), expected, f"{place}: the file")
    judge.ascending(archive.lines(), f"{place}: the file")
    archive.check_no_leftovers()
    check(len(archive.rotated()) >= 2, f"{place}: the file was not rotated")
    judge.repeats_at_most(collector.entries(), expected, 2 * BATCH, f"{place}: the collector")
    api.stop()


def scenario(bench):
    if not bench.binaries.has_crash_points:
        raise Skip("the programs were built without -DCRASH_POINTS=ON")
    found = places(bench.source_tree)
    check(len(found) >= 10, f"the source names only {found}")
    for place in found:
        print(place, flush=True)
        kill_at(bench, place)


run(scenario)
