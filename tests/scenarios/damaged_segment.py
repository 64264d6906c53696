"""A batch in the store that the disk spoiled: it is found out by its checksum, read again from
the API, counted and logged; the output that still waited for it gets everything. The ledger knows what
another output has twice by that, and why."""

import collections
import json

from harness import judge, run
from harness.command import slackauditctl
from harness.failure import check, same

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
    repeats = judge.repeats_at_most(archive.lines(), expected, 200, "the file")
    check(repeats > 0, "nothing came again")
    answer = slackauditctl(bench, "verify", "--source", "acme", "--from", api.first_time, "--json",
                           config=daemon.config_file)
    same(answer.code, 0, f"verify: exit code ({answer.text})")
    twice = [json.loads(entry)["id"] for entry, count in collections.Counter(archive.lines()).items() if count > 1]
    same(sorted((found["output"], found["finding"], found["id"]) for found in answer.result["findings"]),
         sorted(("archive", "reread", name) for name in twice), "what verify names")


run(scenario)
