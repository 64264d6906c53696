"""Two sources whose windows close in turn, killed between them again and again and started again:
nothing is lost, nothing comes twice, and each source keeps its order."""

from harness import judge, run
from harness.failure import check
from harness.waiting import until

ENTRIES = 6000
KILLS = 12


def scenario(bench):
    # Pages are slow and windows many, so that the two walks interleave.
    apis = [bench.simulator(name, seed=bench.seed + number, entries=ENTRIES, span=20 * 86400,
                            fault="slow:every=1,for=30ms")
            for number, name in enumerate(("left", "right"))]
    archive = bench.archive()
    collector = bench.http_receiver()
    daemon = bench.daemon(
        sources=[api.source(name=api.name, page_limit=100, start=api.first_time - 1)
                 for api in apis],
        outputs=[archive.config(), bench.http_output(collector, max_in_flight=1)])
    expected = [api.expected() for api in apis]

    seen = 0
    for _ in range(KILLS):
        daemon.spawn()
        # One window after the other becomes a growing file: each growth is the close of one.
        until(lambda: archive.size() > seen or daemon.process.child.poll() is not None,
              "a window to close")
        seen = archive.size()
        daemon.kill()
    check(seen < sum(len(entry) + 1 for side in expected for entry in side),
          "all was read before the last kill")
    for api in apis:
        api.set_faults()
    daemon.once()

    of_source = {entry: number for number, side in enumerate(expected) for entry in side}
    lines = archive.lines()
    judge.exactly_once(lines, expected[0] + expected[1], "the file")
    for number, api in enumerate(apis):
        mine = [line for line in lines if of_source[line] == number]
        judge.same_order(mine, expected[number], f"source {api.name} in the file")
    judge.repeats_at_most(collector.entries(), expected[0] + expected[1], KILLS * 1000,
                          "the HTTP collector")


run(scenario)
