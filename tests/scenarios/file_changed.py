"""What others do to the file while the daemon is down: one that they cut, put in its place or
took away is never cut further nor written again, each is told of, and what comes later is
appended, once."""

from harness import run
from harness.failure import check, same
from harness.waiting import until

STRANGE = b'{"strange":"somebody else wrote this"}\n'


def scenario(bench):
    api = bench.simulator(entries=1000, live=20)
    archive = bench.archive()
    daemon = bench.daemon(sources=[api.source()], outputs=[archive.config()])
    daemon.once()
    seen = archive.lines()

    def once_more(what, kept):
        """Lets some entries come, and judges what became of the file."""
        count = len(api.expected()) + 40  # two seconds: the API counts in whole ones
        until(lambda: len(api.expected()) > count, "more entries")
        daemon.once()
        content = archive.path.read_bytes()
        check(content.startswith(kept), f"{what}: what was there was changed")
        new = content[len(kept):].splitlines()
        check(new, f"{what}: nothing came")
        same([line for line in new if line in seen], [], f"{what}: lines that came twice")
        seen.extend(new)
        check(set(api.expected(latest=api.stats()["now"] - 3)) <= set(seen), f"{what}: lost some")

    once_more("untouched", archive.path.read_bytes())

    cut = archive.path.read_bytes()[:5000]
    archive.path.write_bytes(cut)
    once_more("cut short", cut)
    daemon.wait_log(f"{archive.path} has 5000 bytes where")

    archive.path.rename(archive.path.with_suffix(".away"))
    archive.path.write_bytes(STRANGE * 2000)
    once_more("another file", STRANGE * 2000)

    archive.path.unlink()
    once_more("no file", b"")
    daemon.wait_log("is gone")


run(scenario)
