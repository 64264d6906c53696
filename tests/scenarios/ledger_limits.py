"""The ledger keeps to its cap and its age: what is too much goes, the oldest first, and `verify` says of which
time it can judge no more, and finds nothing wrong there. A reload changes the age at once."""

import sqlite3
import time

from harness import run
from harness.command import slackauditctl
from harness.failure import check, same
from harness.waiting import until

ENTRIES = 12000  # a row of the ledger holds some thousands
CAP = 30000000  # ids, as in base/limits.h


def verify(bench, daemon, api):
    answer = slackauditctl(bench, "verify", "--source", "acme", "--from", api.first_time, "--json",
                           config=daemon.config_file)
    same(answer.code, 0, f"verify: exit code ({answer.text})")
    same(answer.result["findings"], [], "what verify finds")
    totals = next(one for one in answer.result["outputs"] if one["output"] == "archive")
    return answer.result, totals


def change(daemon, sql, *values):
    database = sqlite3.connect(daemon.state / "store.db", timeout=20)
    with database:
        database.execute(sql, values)
    database.close()


def count_ids(daemon):
    database = sqlite3.connect(f"file:{daemon.state}/store.db?mode=ro", uri=True, timeout=20)
    count = database.execute("SELECT coalesce(sum(count), 0) FROM past WHERE oldest > 1").fetchone()[0]
    database.close()
    return count


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    archive = bench.archive()
    daemon = bench.daemon(sources=[api.source(page_limit=500, overlap="1s", start="-40d")],
                          outputs=[archive.config()])
    daemon.start()
    daemon.wait_delivered()
    until(lambda: count_ids(daemon) > ENTRIES // 2, lambda: f"ids in the ledger: {count_ids(daemon)}", 60)
    kept = count_ids(daemon)
    result, totals = verify(bench, daemon, api)
    same((result["not_judged_entries"], totals["got"]), (0, ENTRIES), "before the cut")
    daemon.stop()

    # As many more as the ledger takes, of a time that nobody asks about: they are the newest.
    change(daemon, "INSERT INTO past (source, first_sequence, count, oldest, newest, made, ids)"
           " SELECT id, 900000000, ?, 1, 1, ?, x'' FROM source WHERE name = 'acme'",
           CAP - kept + kept // 2, int(time.time()))
    daemon.start()
    until(lambda: count_ids(daemon) <= kept - kept // 2, lambda: f"ids in the ledger: {count_ids(daemon)}", 60)
    check(count_ids(daemon) + CAP - kept + kept // 2 <= CAP, "more than the cap")
    result, totals = verify(bench, daemon, api)
    cut = result["not_judged_entries"]
    check(0 < cut < ENTRIES, f"not judged: {cut}")
    same(totals["got"] + cut, ENTRIES, "what the archive got, and what nobody knows")
    text = slackauditctl(bench, "verify", "--source", "acme", "--from", api.first_time,
                         config=daemon.config_file).out.decode()
    check(f"of which the ledger knows no more ({cut} entries)" in text and "nothing is wrong" in text, text)

    # What is two hours old is too old once the age is an hour.
    change(daemon, "UPDATE past SET made = made - 7200")
    daemon.change(store={"ledger": "1h"})
    daemon.hang_up()
    until(lambda: count_ids(daemon) == 0, lambda: f"ids in the ledger: {count_ids(daemon)}", 60)
    check("takes effect at the next start" not in daemon.log_text(), "it waits for a start")
    result, totals = verify(bench, daemon, api)
    check(result["not_judged_entries"] > cut, f"not judged after the reload: {result}")
    daemon.stop()


run(scenario)
