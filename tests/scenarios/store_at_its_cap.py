"""200,000 entries through a store of 64 MiB while one of two outputs is down: polling pauses, and
the log and the status name the output that holds it; the output comes back and all goes on by
itself; both outputs have everything."""

from harness import judge, run, settings
from harness.failure import check

ENTRIES = 200000
CAP = 64 << 20


def pauses(status):
    return status["sources"][0]["state"].startswith("paused")


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    archive = bench.archive()
    collector = bench.http_receiver()
    collector.stop()
    daemon = bench.daemon(
        sources=[api.source()],
        outputs=[archive.config(),
                 bench.http_output(collector, retry=settings.retry(wait="300ms"))],
        store={"max_size": "64MiB"})

    daemon.start()
    status = daemon.wait_status(pauses, "the walk to pause at the store's cap")
    check("collector" in (status["problem"] or ""),
          f"the status does not name the output that holds the store: {status['problem']}")
    check(status["store"]["live_bytes"] < CAP * 5 // 4, f"the cap does not hold: {status['store']}")
    daemon.wait_log("collector")
    read = status["sources"][0]["entries"]["stored"]
    check(0 < read < ENTRIES, f"{read} entries were read before the pause")
    status = daemon.wait_delivered(outputs=["archive"], caught_up=False)
    check(status["outputs"][0]["delivered"] > 0, "the file got nothing meanwhile")

    collector.start()
    collector.wait_stored(ENTRIES, limit=90)
    daemon.wait_delivered()
    daemon.stop()
    expected = api.expected()
    judge.exactly_once(archive.lines(), expected, "the file")
    judge.exactly_once(collector.entries(), expected, "the HTTP collector")


run(scenario)
