"""Of two outputs one is down for the whole run: the other gets everything at full speed. When the
first comes back it gets everything, from the store."""

from harness import judge, run
from harness.failure import check, same

ENTRIES = 20000


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    archive = bench.archive()
    collector = bench.http_receiver()
    collector.stop()
    daemon = bench.daemon(sources=[api.source()],
                          outputs=[archive.config(), bench.http_output(collector)])
    expected = api.expected()

    daemon.start()
    status = daemon.wait_delivered(outputs=["archive"])
    judge.same_order(archive.lines(), expected, "the file")
    output = daemon.output_status("collector")
    same(output["delivered"], 0, "entries delivered to nobody")
    same(output["sources"][0]["backlog_entries"], ENTRIES, "the backlog of the output that is down")
    check(status["store"]["live_bytes"] >= sum(map(len, expected)), "the store kept too little")
    daemon.stop()

    # Nothing more comes from the API: what the output gets now comes from the store.
    api.stop()
    collector.start()
    daemon.start()
    collector.wait_stored(ENTRIES)
    daemon.wait_status(lambda now: now["outputs"][1]["sources"][0]["backlog_entries"] == 0,
                       "the backlog to go")
    daemon.wait_status(lambda now: now["store"]["live_bytes"] == 0, "the store to be emptied")
    daemon.stop()
    judge.same_order(collector.entries(), expected, "the HTTP collector")
    judge.same_order(archive.lines(), expected, "the file after all of it")


run(scenario)
