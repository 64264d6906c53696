"""Somebody else moves the file away and sends USR1: the daemon goes on in a new file of the same
name, and both together hold each entry once."""

import signal

from harness import judge, run
from harness.failure import check, same
from harness.waiting import until


def scenario(bench):
    api = bench.simulator(entries=2000, live=200)
    archive = bench.archive()
    daemon = bench.daemon(sources=[api.source()], outputs=[archive.config()])
    moved = []
    daemon.start()
    for number in range(4):
        until(lambda: archive.size() > 0, "the file to grow")
        away = archive.path.parent / f"away-{number}"
        archive.path.rename(away)
        moved.append(away)
        if number == 2:  # without a signal: while the daemon is down
            daemon.stop()
            daemon.start()
        else:
            daemon.process.send(signal.SIGUSR1)
        until(archive.path.exists, "the new file")
    daemon.stop()

    lines = [line for path in (*moved, archive.path) for line in path.read_bytes().splitlines()]
    check(len(set(lines)) == len(lines), "an entry came twice")
    last = api.stats()["now"] - 3
    check(set(api.expected(latest=last)) <= set(lines), "something was lost")
    judge.ascending(lines)
    same(len(moved), 4, "files that were moved away")


run(scenario)
