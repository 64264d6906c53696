"""TERM while a collector does not answer: the daemon ends within 5 s, nothing is lost, and only
what was in flight may come again; a second TERM ends it at once. TERM while an answer is near: it
is waited for, and nothing comes again."""

import signal

from harness import judge, run
from harness.failure import check, same
from harness.http_receiver import accept, hang
from harness.waiting import Stopwatch


def scenario(bench):
    replies = {3: hang(), 4: hang(), 5: accept(delay=1.0)}
    api = bench.simulator(entries=5000)
    collector = bench.http_receiver(decide=lambda request: replies.get(request.number))
    daemon = bench.daemon(
        sources=[api.source()],
        outputs=[bench.http_output(collector, timeout="50s",
                                   batch={"max_entries": 500, "max_wait": "10ms"})])
    daemon.start()
    collector.wait_requests(3)
    watch = Stopwatch()
    daemon.stop()
    check(watch.seconds() < 5, f"it took {watch.seconds():.1f} s to end")
    same(len(collector.batches), 2, "batches stored before the one that hung")

    daemon.start()
    collector.wait_requests(4)
    daemon.process.send(signal.SIGTERM)
    daemon.wait_notice("STOPPING=1")
    watch = Stopwatch()
    daemon.stop()
    check(watch.seconds() < 1, f"it took {watch.seconds():.1f} s to end at the second TERM")

    daemon.start()
    collector.wait_requests(5)
    daemon.stop()
    same(len(collector.batches), 3, "batches stored: the answer that was near was waited for")
    same(collector.requests, 5, "requests until then")
    daemon.once()
    judge.same_order(collector.entries(), api.expected(), "the HTTP collector")


run(scenario)
