"""A cursor that expires in the middle of a walk of 30 pages, once because the API says so and
once because too much time went by: everything is there exactly once."""

from harness import judge, run
from harness.failure import check

ENTRIES = 3000
PAGE = 100


def walk(bench, name, **options):
    """30 pages in one window, for the whole history lies within a day."""
    api = bench.simulator(name, entries=ENTRIES, span=6 * 3600, **options)
    archive = bench.archive(f"archive-{name}")
    daemon = bench.daemon(sources=[api.source(page_limit=PAGE)], outputs=[archive.config()],
                          name=f"daemon-{name}")
    daemon.once()
    judge.same_order(archive.lines(), api.expected(), "the file")
    return api, daemon


def scenario(bench):
    for bare in (False, True):
        name = "bare" if bare else "named"
        options = {"bare_cursor_errors": True} if bare else {}
        api, daemon = walk(bench, name, fault=["expire-cursor:at=5", "expire-cursor:at=15"],
                           **options)
        api.check_faults_struck("expire-cursor")
        check("giving up the window" in daemon.log_text(), "the log does not tell of the window")
    api, daemon = walk(bench, "slow", cursor_ttl="1s", fault="slow:at=8,for=2s")
    check(api.stats()["by_status"].get("400", 0) > 0, "no cursor expired")


run(scenario)
