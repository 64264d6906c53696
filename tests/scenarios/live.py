"""While entries are made they arrive within seconds, in order, each once, in a file, at an HTTP
collector and on standard output; the service manager hears that the daemon is ready, alive,
reloads and stops."""

import json
import time

from harness import judge, run
from harness.failure import check, same
from harness.waiting import until


def scenario(bench):
    api = bench.simulator(entries=100, live=100)
    archive = bench.archive()
    collector = bench.http_receiver()
    daemon = bench.daemon(
        sources=[api.source()],
        outputs=[archive.config(), bench.http_output(collector),
                 {"name": "console", "type": "stdout"}])
    daemon.extra_environment["WATCHDOG_USEC"] = "500000"
    daemon.start()
    lags = []

    def newest_lag():
        lines = archive.lines()
        if lines:
            lags.append(time.time() - json.loads(lines[-1])["date_create"])
        return len(lines) >= 600
    until(newest_lag, "600 entries", step=0.2)
    check(min(lags) < 3, f"the newest entry was never younger than {min(lags):.1f} s")
    daemon.wait_notice("WATCHDOG=1")
    same(daemon.source_status()["entries"]["late"], 0, "entries counted as late")
    daemon.hang_up()
    daemon.stop()
    check(daemon.notices.has("STOPPING=1"), "the service manager was not told of the stop")

    lines = archive.lines()
    everything = api.expected()
    check(set(lines) <= set(everything), "an entry that the API has not")
    judge.exactly_once(lines, everything[:len(lines)], "the file")
    judge.ascending(lines)
    printed = daemon.output.read_bytes().splitlines()
    for name, found in (("standard output", printed), ("the HTTP collector", collector.entries())):
        check(abs(len(found) - len(lines)) < 300, f"{name}: {len(found)}, the file: {len(lines)}")
        judge.exactly_once(found, everything[:len(found)], name)
        judge.ascending(found, name)


run(scenario)
