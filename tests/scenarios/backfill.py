"""A back-fill sends what Slack has of a range once more, to the outputs that were named and to no other,
across a kill of the daemon; the checkpoint stays, polling goes on, and the budget of calls holds. The ledger
knows why these came again, and why others did after `checkpoint set`: `verify` finds nothing wrong."""

import json
import subprocess

from harness import run
from harness.command import slackauditctl
from harness.failure import check, same
from harness.waiting import until

ENTRIES = 6000


def time_of(entry):
    return json.loads(entry)["date_create"]


def backfill(bench, daemon, *words, code=0):
    answer = slackauditctl(bench, "backfill", "--source", "acme", *words,
                           config=daemon.config_file, limit=90)
    same(answer.code, code, f"backfill {words}: exit code ({answer.text})")
    return answer


def holds(archive, wanted, what):
    found = archive.lines()
    same(len(found), len(wanted), f"{what}: lines")
    check(found == wanted, f"{what}: other lines, or in another order")


def reasons(bench, daemon, api):
    """What verify says of what came more than once, by output."""
    answer = slackauditctl(bench, "verify", "--source", "acme", "--from", api.first_time, "--json",
                           config=daemon.config_file, limit=90)
    same(answer.code, 0, f"verify: exit code ({answer.text[-2000:]})")
    told = {}
    for found in answer.result["findings"]:
        check(not found["fault"], f"a fault: {found}")
        told.setdefault(found["output"], {})[found["id"]] = found["finding"]
    return told


def check_reasons(bench, daemon, api, archive, other):
    """First all was back-filled, then the last part is sent once more."""
    expected = api.expected()
    ids = [json.loads(entry)["id"] for entry in expected]
    wanted = dict.fromkeys(ids, "backfilled")
    same(reasons(bench, daemon, api), {"archive": wanted, "other": wanted}, "after the back-fills")
    sent = len(archive.lines()), len(other.lines())
    time = time_of(expected[-200])
    daemon.control("checkpoint", "set", "acme", str(time), "--redeliver")
    again = [entry for entry in expected if time_of(entry) >= time]
    until(lambda: len(archive.lines()) >= sent[0] + len(again) and len(other.lines()) >= sent[1] + len(again),
          lambda: "what follows the checkpoint")
    wanted.update((json.loads(entry)["id"], "redelivered") for entry in again)
    same(reasons(bench, daemon, api), {"archive": wanted, "other": wanted}, "after `checkpoint set`")
    same((len(archive.lines()), len(other.lines())), tuple(count + len(again) for count in sent), "lines")
    text = slackauditctl(bench, "verify", "--source", "acme", "--from", api.first_time,
                         config=daemon.config_file, limit=90).out.decode()
    check(f"archive: {len(again)} came again after `checkpoint set`" in text
          and f"archive: {len(expected) - len(again)} came again by back-fills" in text
          and "nothing is wrong" in text, text[-1000:])
    check(len(text.splitlines()) < 10, f"what somebody asked for is named, entry by entry: {text[:1000]}")


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    expected = api.expected()
    archive, other = bench.archive(), bench.archive(name="other")
    daemon = bench.daemon(sources=[api.source(page_limit=50, calls_per_minute=3000)],
                          outputs=[archive.config(), other.config()])
    daemon.start()
    daemon.wait_delivered()
    checkpoint = daemon.control("checkpoint", "show").result[0]["checkpoint"]
    holds(archive, expected, "the archive")

    # A part of it, for one output.
    first, last = time_of(expected[1000]), time_of(expected[1300])
    part = [entry for entry in expected if first <= time_of(entry) <= last]
    answer = backfill(bench, daemon, "--from", first, "--to", last, "--output", "archive", "--json")
    same(answer.result["entries"], len(part), "entries of the part")
    holds(archive, expected + part, "the archive and the part")
    holds(other, expected, "the other output")

    # All of it, for all outputs, with a kill in the middle.
    waiting = subprocess.Popen(
        [bench.binaries.control, "--config", daemon.config_file, "backfill", "--source", "acme",
         "--from", str(api.first_time), "--to", str(time_of(expected[-1]))],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: len(other.lines()) > ENTRIES + 500, lambda: "some of the back-fill", 60)
    daemon.kill()
    same(waiting.wait(30), 69, "who waited for it")
    read = len(other.lines())
    check(read < 2 * ENTRIES - 500, f"it was through before the kill: {read} lines")
    daemon.start()
    text = backfill(bench, daemon, "--from", api.first_time, "--to", time_of(expected[-1]))
    check(b"6000 entries" in text.out, f"entries of all: {text.text}")
    check("backfill: 100%" in text.error, f"no progress: {text.error}")
    holds(other, expected + expected, "the other output with all of it twice")
    holds(archive, expected + part + expected, "the archive with all of it")
    now = daemon.control("checkpoint", "show").result
    same(len(now), 1, "sources with a checkpoint")
    check(now[0]["checkpoint"] >= checkpoint, f"the checkpoint went back: {now}")
    daemon.wait_delivered()
    calls = api.stats()
    same(calls.get("over_budget", 0), 0, "calls over the budget")
    check_reasons(bench, daemon, api, archive, other)

    for words in (("--from", "-1d"), ("--from", "-1d", "--to", "x"),
                  ("--from", "-1d", "--to", "now", "--output", "none"),
                  ("--from", "-1d", "--to", "-2d")):
        backfill(bench, daemon, *words, code=64)
    daemon.stop()
    same(slackauditctl(bench, "backfill", "--source", "acme", "--from", "-1d", "--to", "now",
                       config=daemon.config_file).code, 69, "without a daemon")


run(scenario)
