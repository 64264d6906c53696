"""The disk that a file output writes to fills up: the other output goes on, nothing of the file
is torn, and when there is room it goes on by itself; the file has each entry once."""

from harness import judge, machine, run
from harness.failure import check

ENTRIES = 20000


def scenario(bench):
    machine.own_mounts()
    disk = bench.folder / "disk"
    machine.small_disk(bench, disk, "4m")
    api = bench.simulator(entries=ENTRIES)
    archive = bench.archive(path=disk / "archive.ndjson")
    collector = bench.http_receiver()
    daemon = bench.daemon(
        sources=[api.source()], outputs=[archive.config(), bench.http_output(collector)])
    expected = api.expected()

    daemon.start()
    daemon.wait_delivered(outputs=["collector"])
    status = daemon.wait_status(lambda now: now["outputs"][0]["failures"] > 0, "the file to fail")
    check("No space" in status["outputs"][0]["last_error"], f"it does not say why: {status}")
    judge.same_order(collector.entries(), expected, "the HTTP collector meanwhile")
    lines = archive.lines()
    check(lines == expected[:len(lines)] and lines, "the file is not whole lines from the start on")
    daemon.kill()
    daemon.start()

    machine.remount(disk, "size=64m")
    daemon.wait_delivered()
    daemon.stop()
    judge.same_order(archive.lines(), expected, "the file")


run(scenario)
