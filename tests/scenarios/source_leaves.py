"""A source that leaves the configuration on HUP is named with its place and polled no more; the
others go on; when it is put back it goes on where it was, and what was made meanwhile arrives,
all of it once but for the one request that was on its way to the collector at a kill."""

from harness import judge, run
from harness.failure import check, same
from harness.waiting import until


def scenario(bench):
    apis = [bench.simulator(name, seed=bench.seed + number, entries=1500, live=30)
            for number, name in enumerate(("stays", "leaves"))]
    archive = bench.archive()
    collector = bench.http_receiver()
    both = [api.source(name=api.name) for api in apis]
    daemon = bench.daemon(both, [archive.config(), bench.http_output(collector)])
    daemon.start()
    daemon.wait_delivered()

    daemon.change(sources=both[:1])
    daemon.hang_up()
    same([source["name"] for source in daemon.status()["sources"]], ["stays"], "sources after HUP")
    daemon.wait_log("leaves: is not configured any more")
    calls = apis[1].stats()["calls"]
    count = len(apis[1].expected()) + 60
    until(lambda: len(apis[1].expected()) > count, "entries that are made meanwhile")
    same(apis[1].stats()["calls"], calls, "calls for a source that left")
    daemon.kill()
    daemon.start()

    daemon.change(sources=both)
    daemon.hang_up()
    daemon.wait_delivered()
    daemon.stop()
    daemon.once()
    lines = archive.lines()
    check(len(set(lines)) == len(lines), "an entry came twice")
    again = judge.batches_again(collector.batches)
    check(again <= daemon.kills, f"{again} requests came again")
    for found in (lines, collector.entries()):
        for api in apis:
            lost = set(api.expected(latest=api.stats()["now"] - 3)) - set(found)
            check(not lost, f"{api.name}: {len(lost)} were lost")


run(scenario)
