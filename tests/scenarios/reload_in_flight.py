"""HUP again and again, each time with other settings of an output and of a source that are at
work: what is in flight may end, nothing is lost, and nothing comes twice."""

from harness import judge, run
from harness.failure import check
from harness.http_receiver import accept

ENTRIES = 10000
RELOADS = 12


def scenario(bench):
    api = bench.simulator(entries=ENTRIES, fault="slow:every=2,for=30ms")
    archive = bench.archive(rotate={"size": "1MiB"})
    collector = bench.http_receiver(decide=lambda request: accept(delay=0.05))

    def outputs(number):
        batch = {"max_entries": 200 + number, "max_wait": "10ms"}
        return [archive.config(batch={"max_entries": 300 + number}),
                bench.http_output(collector, batch=batch)]
    daemon = bench.daemon([api.source(page_limit=200)], outputs(0))
    daemon.start()
    for number in range(1, RELOADS + 1):
        collector.wait_requests(collector.requests + 1)
        keys = {"outputs": outputs(number)}
        if number % 3 == 0:
            keys["sources"] = [api.source(page_limit=200 + number)]
        daemon.change(**keys)
        daemon.hang_up()
    check(collector.stored < ENTRIES, "all was sent before the last reload")
    daemon.wait_delivered()
    daemon.stop()
    judge.same_order(archive.lines(), api.expected(), "the file")
    judge.same_order(collector.entries(), api.expected(), "the HTTP collector")


run(scenario)
