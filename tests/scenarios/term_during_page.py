"""TERM while a page is coming in: the daemon ends within 5 s, and nothing is lost or comes twice.
"""

from harness import judge, run
from harness.failure import check
from harness.waiting import Stopwatch, until


def scenario(bench):
    api = bench.simulator(entries=5000, fault=["stall:at=5,for=60s"])
    archive = bench.archive()
    daemon = bench.daemon(sources=[api.source(page_limit=100, timeout="50s")],
                          outputs=[archive.config()])
    daemon.start()
    until(lambda: api.stats()["faults"].get("stall", 0) > 0, "the page that stalls")
    watch = Stopwatch()
    daemon.stop()
    check(watch.seconds() < 5, f"it took {watch.seconds():.1f} s to end")
    daemon.once()
    judge.same_order(archive.lines(), api.expected(), "the file")


run(scenario)
