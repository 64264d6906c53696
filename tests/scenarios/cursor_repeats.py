"""A cursor that repeats, once, some times or for ever, does not make the walk go round: the
window is given up and walked again, ever more slowly, and once cursors are right again everything
is there, once."""

import time

from harness import judge, run
from harness.failure import check

PAGES = 30


def now_and_then(bench):
    api = bench.simulator("some", entries=PAGES * 100, span=6 * 3600,
                          fault=["repeat-cursor:at=4", "repeat-cursor:at=9,count=3"])
    archive = bench.archive("archive-some")
    daemon = bench.daemon([api.source(page_limit=100)], [archive.config()], name="daemon-some")
    daemon.once()
    api.check_faults_struck("repeat-cursor")
    judge.same_order(archive.lines(), api.expected(), "the file")
    calls = api.stats()["calls"]
    check(calls < 4 * PAGES, f"{calls} calls for {PAGES} pages")


def for_ever(bench):
    api = bench.simulator("all", entries=PAGES * 100, span=6 * 3600,
                          fault="repeat-cursor:at=4,count=1000000")
    archive = bench.archive("archive-all")
    daemon = bench.daemon([api.source(page_limit=100)], [archive.config()], name="daemon-all")
    daemon.start()
    daemon.wait_status(lambda now: now["sources"][0]["windows_given_up"] >= 4, "four windows")
    calls = api.stats()["calls"]
    time.sleep(2)  # time is the matter here: few calls must fall into it
    calls = api.stats()["calls"] - calls
    check(calls <= 30, f"{calls} calls in two seconds for a cursor that leads nowhere")
    api.set_faults()
    daemon.wait_delivered()
    daemon.stop()
    judge.same_order(archive.lines(), api.expected(), "the file")


def scenario(bench):
    now_and_then(bench)
    for_ever(bench)


run(scenario)
