"""A back-fill of a million entries in pages of 9,999, with `start` at the epoch, so that windows
meet it too wide: the daemon never has more than 32 MiB resident, and everything arrives in order.
"""

import hashlib

from harness import Skip, run
from harness.failure import check, same

ENTRIES = 1000000
MOST = 32 << 20


def digest_of(path):
    """The hash of a file's content and its number of lines."""
    digest, lines = hashlib.sha256(), 0
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            lines += block.count(b"\n")
    return digest.hexdigest(), lines


def scenario(bench):
    if bench.binaries.is_sanitized:
        raise Skip("a build with sanitizers needs memory of its own")
    api = bench.simulator(entries=ENTRIES)
    archive = bench.archive()
    collector = bench.http_receiver(keep=False)
    daemon = bench.daemon(
        sources=[api.source(page_limit=9999, start="1970-01-01T00:00:00Z")],
        outputs=[archive.config(), bench.http_output(collector)],
        log={"level": "info", "format": "text"})
    daemon.start()
    collector.wait_stored(ENTRIES, limit=220)
    daemon.wait_delivered()
    peak = daemon.process.peak_memory()
    print(f"peak {peak / (1 << 20):.1f} MiB", flush=True)
    status = daemon.source_status()
    daemon.stop()

    same(status["entries"]["stored"], ENTRIES, "entries stored")
    same(collector.stored, ENTRIES, "entries at the HTTP collector")
    expected = bench.folder / "expected"
    expected.write_bytes(api.ask("expected"))
    same(digest_of(archive.path), digest_of(expected), "the file and what was expected of it")
    check(peak < MOST, f"{peak / (1 << 20):.1f} MiB were resident")


run(scenario)
