"""Entries as the API should never send them: without id, without time, of 5 MiB, 200 levels deep,
of an unknown entity, twice in a page, no object at all, with bytes that are no UTF-8. What is
JSON arrives as it is, once; what is not goes to dead letter, counted; their neighbours all
arrive, and the log says where each was."""

import base64

from harness import judge, run, settings
from harness.failure import check, same

KINDS = ["no-id=5", "no-date=5", "huge=2", "deep=5", "unknown-entity=5", "not-an-object=5",
         "duplicate-id=5", "invalid-utf8=5"]


def scenario(bench):
    api = bench.simulator(entries=5000, span=4 * 86400, odd=KINDS)
    archive = bench.archive()
    collector = bench.http_receiver()
    daemon = bench.daemon(sources=[api.source(page_limit=500)],
                          outputs=[archive.config(), bench.http_output(collector)],
                          retry=settings.retry(most=2))  # a page with damage is asked for again
    expected, damaged = api.expected(), api.damaged()
    same(len(damaged), 5, "damaged entries in the history")
    daemon.start()
    daemon.wait_delivered()
    status = daemon.status()
    daemon.stop()

    judge.exactly_once(archive.lines(), expected, "the file")
    judge.ascending(archive.lines())
    judge.exactly_once(collector.entries(), expected, "the HTTP collector")
    for output in status["outputs"]:
        same(output["dead_letters"], len(damaged), f"dead letters counted by {output['name']}")
        letters = daemon.dead_letters(output["name"])
        found = [base64.b64decode(letter["entry_base64"]) for letter in letters]
        judge.exactly_once(found, damaged, f"the dead letters of {output['name']}")
        check(all(letter["source"] == "acme" and letter["reason"] for letter in letters),
              f"a dead letter does not say whence and why: {letters[0]}")
    counts = status["sources"][0]["entries"]
    same(counts["damaged"], len(damaged), "entries counted as damaged")
    same(counts["without_id"] >= 5, True, "entries counted as without an id")
    same(counts["without_time"] >= 5, True, "entries counted as without a time")
    for word in ("acme", "UTF-8"):
        daemon.wait_log(word)

    daemon.once()
    judge.exactly_once(archive.lines(), expected, "the file after a second run")
    same(len(daemon.dead_letters("archive")), len(damaged), "dead letters after a second run")


run(scenario)
