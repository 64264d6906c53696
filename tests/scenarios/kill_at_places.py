"""kill -9 at every place that the source names (mid-page, at the close of a window, between write and
sync, in the middle of a rotation, of a compression and of a send): the parts of the file together hold
each entry once and in order, the HTTP collector and rsyslog have all of them, the collector again at
most one batch for each kill."""

import re

from harness import Skip, judge, run, settings
from harness.failure import check

ENTRIES = 40000
BATCH = 500
ROUNDS = 2

CRASH_POINT = re.compile(r'crash_point\("([a-z0-9_.]+)"\)')
OFTEN = re.compile(r"append|turn|slice")
"""Places that are passed once an entry or more: there the count is drawn from a wider range."""


def places(source_tree):
    """Every place that the source names."""
    return sorted({name for path in source_tree.glob("src/**/*.c")
                   for name in CRASH_POINT.findall(path.read_text(encoding="utf-8"))})


def scenario(bench):
    if not bench.binaries.has_crash_points:
        raise Skip("the programs were built without -DCRASH_POINTS=ON")
    api = bench.simulator(entries=ENTRIES, optimistic=50)
    archive = bench.archive(rotate={"size": "1MiB", "compress": "gzip"})
    collector = bench.http_receiver()
    daemon = bench.daemon(
        sources=[api.source(page_limit=250)],
        outputs=[archive.config(batch={"max_entries": 200}),
                 bench.http_output(collector, batch={"max_entries": BATCH, "max_wait": "10ms"})])
    expected = api.expected()

    missed = []
    for number in range(ROUNDS):
        for place in places(bench.source_tree):
            most = 400 if OFTEN.search(place) else 3
            count = bench.random.randint(1, most)
            daemon.spawn("--once", crash_point=f"{place}:{count}")
            code = daemon.process.wait()
            print(f"{place}:{count}: {code}", flush=True)
            if code == -9:
                daemon.kills += 1
            else:
                missed.append(place)
    daemon.once()

    judge.exactly_once(archive.lines(), expected, "the file")
    judge.ascending(archive.lines())
    archive.check_no_leftovers()
    judge.repeats_at_most(collector.entries(), expected, daemon.kills * BATCH, "the HTTP collector")
    check(not missed, f"places that were never passed: {missed}")


run(scenario)
