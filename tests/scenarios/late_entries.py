"""Entries that show up to two minutes late, with an overlap of five: all of them arrive, each
once."""

from harness import judge, run
from harness.failure import check
from harness.waiting import until


def scenario(bench):
    # The newest two minutes of the history are full of holes, and more entries are made meanwhile.
    api = bench.simulator(entries=3000, span=600, live=10, late=30, late_by="120s")
    archive = bench.archive()
    collector = bench.http_receiver()
    daemon = bench.daemon(
        sources=[api.source(overlap="5m", poll_interval="1s", fresh_interval="500ms")],
        outputs=[archive.config(), bench.http_output(collector)])
    daemon.start()
    expected = api.expected()
    last = expected[-1]
    check(last not in archive.lines() or len(archive.lines()) < len(expected), "nothing is late")

    # What was made until now has shown two minutes from now at the latest.
    size = sum(len(entry) + 1 for entry in expected)
    wanted = set(expected)

    def all_came():
        daemon.check_alive()
        return archive.size() >= size and wanted <= set(archive.lines())
    until(all_came, "the late entries", limit=150, step=0.5)
    status = daemon.source_status()
    check(status["entries"]["late"] > 0, f"no entry was counted as late: {status['entries']}")
    check(30 < status["entries"]["worst_lateness_seconds"] <= 125,
          f"the lateness is not what it was: {status['entries']}")
    daemon.stop()

    lines = archive.lines()
    known = set(api.expected())
    judge.exactly_once([line for line in lines if line in wanted], expected, "the file")
    check(len(set(lines)) == len(lines), "an entry came twice")
    check(set(lines) <= known, "an entry came that the API does not have")
    check(len(set(collector.entries())) == len(collector.entries()), "an entry was sent twice")


run(scenario)
