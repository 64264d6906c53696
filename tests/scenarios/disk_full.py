"""The disk with the state directory fills up: the daemon says so and stays, loses nothing, and
goes on when there is room, without a restart; a kill meanwhile does no harm."""

from harness import judge, machine, run
from harness.failure import check
from harness.waiting import until

ENTRIES = 60000


def scenario(bench):
    machine.own_mounts()
    disk = bench.folder / "disk"
    machine.small_disk(bench, disk, "24m")
    api = bench.simulator(entries=ENTRIES)
    archive = bench.archive()
    collector = bench.http_receiver()
    collector.stop()
    daemon = bench.daemon(
        sources=[api.source(page_limit=1000)],
        outputs=[archive.config(), bench.http_output(collector)],
        state_dir=str(disk / "state"))
    daemon.state = disk / "state"

    daemon.start()
    status = daemon.wait_status(lambda now: now["sources"][0]["state"] == "failing",
                                "the disk to be full")
    check("No space" in status["problem"], f"the status does not say why: {status['problem']}")
    daemon.wait_log("warning source acme: cannot write")
    read = daemon.source_status()["entries"]["stored"]
    check(0 < read < ENTRIES, f"{read} entries fitted on the disk")
    daemon.kill()
    daemon.start()
    until(lambda: len(archive.lines()) > 0, "the file to have something")

    # The output that is up again makes room, position by position.
    collector.start()
    collector.wait_stored(read // 2)
    machine.remount(disk, "size=256m")
    daemon.wait_delivered(limit=120)
    check(not daemon.status()["store"]["disk_full"], "the disk still counts as full")
    daemon.stop()
    judge.exactly_once(archive.lines(), api.expected(), "the file")
    judge.repeats_at_most(collector.entries(), api.expected(), 1000, "the HTTP collector")


run(scenario)
