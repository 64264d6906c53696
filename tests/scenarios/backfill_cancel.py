"""A back-fill can be listed and cancelled: what waits of it for a receiver that is down is dropped, whoever
waits for it is told, and nothing else is touched. One that came to its end cannot be cancelled."""

import json
import subprocess

from harness import judge, run
from harness.command import slackauditctl
from harness.failure import check, same
from harness.waiting import until

ENTRIES = 3000


def control(bench, daemon, *words, code=0):
    answer = slackauditctl(bench, "backfill", *words, config=daemon.config_file, limit=90)
    same(answer.code, code, f"backfill {words}: exit code ({answer.text})")
    return answer


def listed(bench, daemon):
    return {(one["id"], one["output"]): one for one in control(bench, daemon, "list", "--json").result}


def time_of(entry):
    return str(json.loads(entry)["date_create"])


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    expected = api.expected()
    archive, collector = bench.archive(), bench.http_receiver()
    daemon = bench.daemon(sources=[api.source(calls_per_minute=60000)],
                          outputs=[archive.config(), bench.http_output(collector)])
    daemon.start()
    daemon.wait_delivered()
    check(b"no back-fills" in control(bench, daemon, "list").out, "an empty list")

    collector.stop()
    waiting = subprocess.Popen(
        [bench.binaries.control, "--config", daemon.config_file, "backfill", "--source", "acme", "--from",
         time_of(expected[0]), "--to", time_of(expected[-1])],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    until(lambda: (one := listed(bench, daemon).get(("acme/1", "archive"))) and one["done"],
          lambda: f"the archive to have it: {listed(bench, daemon)}", 60)
    backlog = listed(bench, daemon)["acme/1", "collector"]
    same((backlog["state"], backlog["done"], backlog["backlog_entries"]), ("read", False, ENTRIES), "what waits")
    text = control(bench, daemon, "list").out.decode()
    check("acme/1" in text and "collector" in text and str(ENTRIES) in text, text)
    text = control(bench, daemon, "cancel", "acme/1").out.decode()
    check(f"acme/1 is cancelled; {ENTRIES} entries that were read are not sent" in text, text)
    check("back-fill acme/1 is cancelled" in daemon.log_text(), "the log does not tell of the back-fill by its id")
    said = waiting.communicate(timeout=30)[1]
    same(waiting.returncode, 1, f"who waited for it ({said})")
    check("was cancelled" in said, said)
    same({one["state"] for one in listed(bench, daemon).values()}, {"cancelled"}, "the list")
    for words in (("cancel", "acme/1"), ("cancel", "acme/9"), ("cancel", "acme")):
        control(bench, daemon, *words, code=1)
    for words in (("cancel",), ("list", "acme"), ("cancel", "acme/1", "--source", "acme"), ("end", "acme/1")):
        control(bench, daemon, *words, code=64)

    # What comes later comes, and nothing of the cancelled one does.
    collector.start()
    part = [entry for entry in expected if time_of(expected[10]) <= time_of(entry) <= time_of(expected[40])]
    control(bench, daemon, "--source", "acme", "--from", time_of(part[0]), "--to", time_of(part[-1]),
            "--output", "collector")
    same(collector.entries(), expected + part, "the collector")
    same(len(archive.lines()), 2 * ENTRIES, "the archive")
    same(sorted(number for number, _ in listed(bench, daemon)), ["acme/1", "acme/1", "acme/2"], "the list")
    control(bench, daemon, "cancel", "acme/2", code=1)
    answer = slackauditctl(bench, "verify", "--source", "acme", "--from", api.first_time,
                           config=daemon.config_file, limit=90)
    same(answer.code, 0, f"verify: {answer.text[-1000:]}")
    daemon.stop()
    control(bench, daemon, "list", code=69)
    daemon.start()
    same({state["state"] for state in listed(bench, daemon).values()}, {"cancelled", "done"}, "after a restart")
    daemon.stop()
    judge.complete(archive.lines(), expected, "the archive")


run(scenario)
