"""Two sources with one token stay together below the organization's limit, so that no call is
refused. Where others use up the budget, a 429 is waited for, and nothing is lost."""

from harness import judge, run
from harness.failure import check, same


def below_the_limit(bench):
    api = bench.simulator("shared", entries=3000, span=3 * 86400, calls_per_minute=600,
                          call_burst=80)
    archives = [bench.archive("one"), bench.archive("two")]
    daemon = bench.daemon(
        sources=[api.source(name=name, page_limit=100, calls_per_minute=540)
                 for name in ("one", "two")],
        outputs=[archive.config(sources=[archive.name]) for archive in archives],
        name="daemon-shared")
    daemon.once()
    stats = api.stats()
    same(stats["budget"]["refused"], 0, "refused calls")
    check(stats["calls"] >= 60, f"{stats['calls']} calls for 60 pages")
    for archive in archives:
        judge.same_order(archive.lines(), api.expected(), archive.name)


def beyond_the_limit(bench):
    api = bench.simulator("used-up", entries=3000, span=3 * 86400, calls_per_minute=600,
                          call_burst=10)
    archive = bench.archive("three")
    daemon = bench.daemon(sources=[api.source(page_limit=100)], outputs=[archive.config()],
                          name="daemon-used-up")
    daemon.once()
    stats = api.stats()
    refused = stats["budget"]["refused"]
    check(refused > 0, "no call was refused")
    check(refused <= stats["calls"] / 4, f"of {stats['calls']} calls {refused} were refused")
    judge.same_order(archive.lines(), api.expected(), archive.name)


def scenario(bench):
    below_the_limit(bench)
    beyond_the_limit(bench)


run(scenario)
