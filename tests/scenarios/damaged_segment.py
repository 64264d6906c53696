"""A batch in the store that the disk spoiled: it is found out by its checksum, read again from
the API, counted and logged; the output that still waited for it gets everything."""

from harness import judge, run
from harness.failure import check

ENTRIES = 3000


def spoil(state):
    """Turns some bytes in the middle of the first segment."""
    segment = sorted((state / "segments").iterdir())[0]
    content = bytearray(segment.read_bytes())
    middle = len(content) // 2
    content[middle:middle + 16] = bytes(byte ^ 255 for byte in content[middle:middle + 16])
    segment.write_bytes(content)


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    archive = bench.archive()
    collector = bench.http_receiver()
    collector.stop()
    daemon = bench.daemon(sources=[api.source(page_limit=200)],
                          outputs=[archive.config(), bench.http_output(collector)])
    expected = api.expected()
    daemon.start()
    daemon.wait_delivered(outputs=["archive"])
    daemon.stop()

    spoil(daemon.state)
    collector.start()
    start = daemon.log_size()
    daemon.start()
    collector.wait_stored(ENTRIES)
    daemon.wait_delivered()
    daemon.stop()
    text = daemon.log_text(start)
    check("checksum" in text or "damaged" in text, f"the log does not tell of it:\n{text}")
    judge.exactly_once(collector.entries(), expected, "the HTTP collector")
    # The file had them before the disk spoiled them, and nothing else may come again.
    judge.repeats_at_most(archive.lines(), expected, 200, "the file")


run(scenario)
