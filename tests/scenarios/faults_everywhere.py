"""25,000 entries in pages of 500 from an API that fails in every way it knows, every few calls,
to a collector that answers 503 and 429, resets connections and swallows acknowledgements: nothing
is lost, the file has each entry exactly once, the collector again at most what it swallowed."""

from harness import judge, run
from harness.failure import check
from harness.http_receiver import refuse, reset, swallow

ENTRIES = 25000
BATCH = 250

FAULTS = [
    "503:every=40", "429:every=45", "stall:every=47,for=300ms", "slow:every=31,for=200ms",
    "repeat-cursor:at=12", "expire-cursor:at=25", "outside:every=19", "wrong-order:every=17",
    "reset-body:every=15", "broken-json:every=14", "html:every=13", "truncate:every=12",
    "reset:every=11", "500:every=10", "repeat-entries:every=6",
]
"""503 and 429 come less often: whoever gets one has to wait for a second or two."""


def trouble(request):
    """What the collector does in the place of its work, by the number of the request."""
    if request.number == 31:
        return refuse(429, retry_after=1)
    return {3: refuse(503), 5: reset(), 8: swallow()}.get(request.number % 10)


def scenario(bench):
    api = bench.simulator(entries=ENTRIES, fault=FAULTS, pretty=10, short_pages=5)
    archive = bench.archive()
    collector = bench.http_receiver(decide=trouble)
    daemon = bench.daemon(
        sources=[api.source(page_limit=500)],
        outputs=[archive.config(), bench.http_output(
            collector, batch={"max_entries": BATCH, "max_wait": "10ms"})])
    expected = api.expected()

    daemon.once(limit=120)
    api.check_faults_struck(*(rule.split(":")[0] for rule in FAULTS))
    judge.exactly_once(archive.lines(), expected, "the file")
    swallowed = sum(1 for number in range(1, collector.requests + 1) if number % 10 == 8)
    check(swallowed > 5, f"only {swallowed} acknowledgements were swallowed")
    judge.repeats_at_most(collector.entries(), expected, swallowed * BATCH, "the HTTP collector")


run(scenario)
