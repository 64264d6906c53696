"""A file that rotates each second: every rotated part is compressed, all parts together hold each
entry once and in order; with `keep` only the newest parts stay."""

from harness import judge, run
from harness.failure import check
from harness.waiting import until


def scenario(bench):
    api = bench.simulator(entries=500, live=60)
    archive = bench.archive(rotate={"interval": "1s", "compress": "gzip"})
    daemon = bench.daemon(sources=[api.source()], outputs=[archive.config()])
    daemon.start()
    until(lambda: len(archive.rotated()) >= 4, "four rotations")
    daemon.stop()
    daemon.once()
    lines = archive.lines()
    check(len(set(lines)) == len(lines), "an entry came twice")
    check(set(api.expected(latest=api.stats()["now"] - 3)) <= set(lines), "something was lost")
    judge.ascending(lines)
    archive.check_no_leftovers()

    parts = archive.rotated()
    daemon.change(outputs=[archive.config(
        rotate={"interval": "1s", "compress": "gzip", "keep": 2})])
    daemon.start()
    until(lambda: len(archive.rotated()) == 2 and archive.rotated()[0] not in parts,
          "the old parts to go")
    daemon.stop()


run(scenario)
