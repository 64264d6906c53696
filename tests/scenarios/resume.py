"""Killed in the middle of a window, the walk goes on with its cursor and not from the window's
top; killed while Slack asks for a pause, the pause is kept."""

import time

from harness import judge, run
from harness.failure import check
from harness.waiting import until

ENTRIES = 2000


def goes_on(bench):
    # Eight pages: longer windows are cut, and what lies below is a window of its own.
    api = bench.simulator("cursor", entries=ENTRIES, span=6 * 3600, fault="slow:at=6,for=20s")
    archive = bench.archive("archive-cursor")
    daemon = bench.daemon([api.source(page_limit=250)], [archive.config()], name="daemon-cursor")
    daemon.start()
    until(lambda: api.stats()["faults"].get("slow", 0) > 0, "the page that is slow")
    daemon.kill()
    api.set_faults()
    before = api.stats()["entries_served"]
    daemon.once()
    again = api.stats()["entries_served"] - before
    check(again <= ENTRIES - 4 * 250, f"{again} entries were asked for after the kill")
    judge.same_order(archive.lines(), api.expected(), "the file")


def keeps_the_pause(bench):
    api = bench.simulator("pause", entries=ENTRIES, fault="429:at=3,for=4s")
    archive = bench.archive("archive-pause")
    daemon = bench.daemon([api.source(page_limit=250)], [archive.config()], name="daemon-pause")
    daemon.start()
    until(lambda: api.stats()["faults"].get("429", 0) > 0, "the 429")
    refused = time.monotonic()
    daemon.wait_log("429")
    until(lambda: daemon.source_status()["paused_seconds"] > 0, "the pause in the status")
    daemon.kill()
    calls = api.stats()["calls"]
    daemon.start()
    until(lambda: api.stats()["calls"] > calls, "the next call")
    waited = time.monotonic() - refused
    check(waited > 3.5, f"the next call came {waited:.1f} s after a 429 that asked for 4")
    daemon.wait_delivered()
    daemon.stop()
    judge.same_order(archive.lines(), api.expected(), "the file")


def scenario(bench):
    goes_on(bench)
    keeps_the_pause(bench)


run(scenario)
