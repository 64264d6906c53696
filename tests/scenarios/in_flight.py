"""Four batches in flight at once to a slow collector that now and then fails one: nothing is
lost; a failed batch alone is sent again; after a kill, again at most four batches."""

from harness import judge, run
from harness.failure import check, same
from harness.http_receiver import accept, refuse

ENTRIES = 12000
BATCH = 300


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    together = []

    def decide(request):
        if request.number % 7 == 0:
            return refuse(503)
        return accept(delay=0.1)

    collector = bench.http_receiver(decide=decide)
    daemon = bench.daemon(
        sources=[api.source()],
        outputs=[bench.http_output(collector, max_in_flight=4, batch={
            "max_entries": BATCH, "max_wait": "10ms"})])
    expected = api.expected()
    daemon.start()
    collector.wait_stored(ENTRIES // 3)
    together.append(len(collector.server.connections))
    daemon.kill()
    daemon.once()
    repeats = judge.repeats_at_most(collector.entries(), expected, 4 * BATCH, "the HTTP collector")
    check(together[0] >= 2, f"{together[0]} connections: nothing was sent together")
    again = judge.batches_again(collector.batches)
    check(again <= 4, f"{again} batches came again")
    same(repeats <= again * BATCH, True, "repeats are whole batches")


run(scenario)
