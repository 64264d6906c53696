"""kill -9 in the middle of a send: when the collector has stored a batch and not yet said so,
when it has read it and not stored it, and while messages flow to rsyslog. Everything arrives; the
collector gets again only the batch that it stored without saying so, and the file nothing. The ledger
says of exactly the batches that were in flight that the collector may have them twice."""

import collections
import json

from harness import judge, run, settings
from harness.command import slackauditctl
from harness.failure import check, same
from harness.http_receiver import reset, swallow

ENTRIES = 8000
BATCH = 500


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    archive = bench.archive()
    server = bench.rsyslog()
    killed = []

    def kill_at(request):
        """Stands between the whole request and its answer."""
        reply = {3: swallow(), 6: reset(), 9: swallow()}.get(request.number)
        if reply is not None:
            daemon.process.kill()
            killed.append(request)
        return reply

    collector = bench.http_receiver(decide=kill_at)
    daemon = bench.daemon(
        sources=[api.source()],
        outputs=[archive.config(), settings.syslog_output(server.address),
                 bench.http_output(collector, batch={"max_entries": BATCH, "max_wait": "10ms"})])
    expected = api.expected()
    for kills in (1, 2, 3):
        daemon.spawn()
        daemon.wait_killed("the send")
        same(len(killed), kills, "kills during a send")
    daemon.once()

    judge.same_order(archive.lines(), expected, "the file")
    # What was swallowed at the kill came again, and only that.
    repeats = judge.repeats_at_most(collector.entries(), expected, 2 * BATCH, "the HTTP collector")
    same(repeats, len(killed[0].entries) + len(killed[2].entries), "entries that came again")
    server.wait_count(ENTRIES)
    repeats = judge.complete(server.messages(), expected, "rsyslog")
    check(repeats <= 3 * 1000, f"rsyslog got {repeats} messages again, three batches at most")

    answer = slackauditctl(bench, "verify", "--source", "acme", "--from", api.first_time, "--json",
                           config=daemon.config_file)
    same(answer.code, 0, f"verify: exit code ({answer.text})")
    told = {}
    for found in answer.result["findings"]:
        same((found["finding"], found["fault"]), ("possibly_twice", False), "what was found")
        told.setdefault(found["output"], []).append(found["id"])
    in_flight = [json.loads(entry)["id"] for request in killed for entry in request.entries]
    same(sorted(told.pop("collector")), sorted(in_flight), "what the collector may have twice")
    check("archive" not in told, "the file is said to have something twice")
    twice = {json.loads(entry)["id"] for entry, count in collections.Counter(server.messages()).items() if count > 1}
    check(twice <= set(told.get("siem", [])), "rsyslog has something twice that the ledger does not tell")
    check(len(told.get("siem", [])) <= 3 * 1000, "more is said to be possibly twice than was in flight")


run(scenario)
