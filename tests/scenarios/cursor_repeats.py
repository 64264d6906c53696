"""A cursor that repeats does not make the walk go round for ever: everything is there exactly once."""

from harness import judge, run
from harness.failure import check


def scenario(bench):
    api = bench.simulator(entries=3000, span=6 * 3600,
                          fault=["repeat-cursor:at=4", "repeat-cursor:at=9,count=3"])
    archive = bench.archive()
    daemon = bench.daemon(sources=[api.source(page_limit=100)], outputs=[archive.config()])
    daemon.once()
    api.check_faults_struck("repeat-cursor")
    judge.same_order(archive.lines(), api.expected(), "the file")
    calls = api.stats()["calls"]
    check(calls < 200, f"{calls} calls for 30 pages")


run(scenario)
