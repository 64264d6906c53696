"""25,000 entries in pages of 500, read with --once into a file, an HTTP collector and rsyslog
over TCP: every entry is once in each, its bytes unchanged, and the file never goes back in time;
a second --once sends nothing."""

from harness import judge, run, settings
from harness.failure import check, same

ENTRIES = 25000


def scenario(bench):
    api = bench.simulator(entries=ENTRIES, pretty=10, short_pages=5)
    archive = bench.archive()
    collector = bench.http_receiver()
    server = bench.rsyslog()
    daemon = bench.daemon(
        sources=[api.source(page_limit=500)],
        outputs=[archive.config(), bench.http_output(collector),
                 settings.syslog_output(server.address)])
    expected = api.expected()
    same(len(expected), ENTRIES, "entries in the history")

    daemon.once()
    server.wait_count(ENTRIES)
    judge.same_order(archive.lines(), expected, "the file")
    judge.ascending(archive.lines())
    judge.same_order(collector.entries(), expected, "the HTTP collector")
    judge.same_order(server.messages(), expected, "rsyslog")

    requests, size, calls = collector.requests, archive.size(), api.stats()["calls"]
    daemon.once()
    check(api.stats()["calls"] > calls, "the second run asked for nothing")
    same(collector.requests, requests, "requests to the collector after the second run")
    same(archive.size(), size, "bytes in the file after the second run")
    server.stop()
    same(server.count(), ENTRIES, "messages at rsyslog after the second run")
    same(daemon.dead_letters("archive"), [], "dead letters")


run(scenario)
