"""The API's clock is an hour ahead of the host's, or an hour behind: what it has and what it
makes meanwhile arrives once, across a kill and a new start."""

from harness import judge, run
from harness.failure import check


def run_with_offset(bench, name, offset):
    api = bench.simulator(name, entries=5000, live=30, clock_offset=offset)
    archive = bench.archive(f"archive-{name}")
    daemon = bench.daemon(sources=[api.source(page_limit=500)], outputs=[archive.config()],
                          name=f"daemon-{name}")
    daemon.start()
    for _ in range(2):
        sized = len(api.expected()) + 30
        daemon.wait_status(lambda status: len(archive.lines()) >= sized, f"{sized} entries")
        daemon.kill()
        daemon.start()
    daemon.wait_delivered()
    daemon.stop()
    daemon.once()

    lines = archive.lines()
    last = api.stats()["now"] - 3
    check(len(set(lines)) == len(lines), f"{name}: an entry came twice")
    check(set(lines) <= set(api.expected()), f"{name}: an entry that the API has not")
    check(set(api.expected(latest=last)) <= set(lines), f"{name}: something was lost")
    judge.ascending(lines, f"{name}: the file")


def scenario(bench):
    run_with_offset(bench, "ahead", 3600)
    run_with_offset(bench, "behind", -3600)


run(scenario)
