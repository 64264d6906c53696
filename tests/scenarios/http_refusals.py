"""What a collector refuses: a 413 splits a batch, a 400 singles out the poisoned entry, which
alone goes to dead letter; a 401 holds the output, which alarms and loses nothing, until it is let
in; a batch that is refused whole before anything was ever accepted holds it too."""

import json

from harness import judge, run
from harness.failure import check, same
from harness.http_receiver import refuse

ENTRIES = 4000
LARGEST = 40 << 10


def too_large(request):
    if request.size > LARGEST:
        return refuse(413)
    return None


def splits(bench, api):
    collector = bench.http_receiver(decide=too_large)
    daemon = bench.daemon(sources=[api.source()], outputs=[bench.http_output(collector)],
                          name="too-large")
    daemon.once()
    check(collector.answers.get(413, 0) > 0, "nothing was too large")
    judge.exactly_once(collector.entries(), api.expected(), "the collector with a limit")
    same(daemon.dead_letters("collector"), [], "dead letters")


def isolates(bench, api):
    expected = api.expected()
    poison = {expected[700], expected[701], expected[2500]}

    def judge_request(request):
        return refuse(400, b"no good") if poison & set(request.entries) else None
    collector = bench.http_receiver(decide=judge_request)
    daemon = bench.daemon(sources=[api.source()],
                          outputs=[bench.http_output(collector, batch={
                              "max_entries": 500, "max_wait": "10ms"})], name="poison")
    daemon.start()
    daemon.wait_delivered()
    same(daemon.output_status("collector")["dead_letters"], len(poison), "dead letters counted")
    daemon.stop()
    wanted = [entry for entry in expected if entry not in poison]
    judge.exactly_once(collector.entries(), wanted, "the collector with poison")
    letters = daemon.dead_letters("collector")
    same(sorted(json.dumps(letter["entry"], sort_keys=True) for letter in letters),
         sorted(json.dumps(json.loads(entry), sort_keys=True) for entry in poison), "dead letters")
    raw = (daemon.state / "dead" / "collector.ndjson").read_bytes()
    check(all(entry in raw for entry in poison), "a dead letter changed the entry's bytes")
    check(all("400" in letter["reason"] for letter in letters), f"no reason: {letters[0]}")


def holds(bench, api):
    allowed = []
    collector = bench.http_receiver(decide=lambda _: None if allowed else refuse(401))
    daemon = bench.daemon(sources=[api.source()], outputs=[bench.http_output(collector)],
                          name="held")
    daemon.start()
    daemon.wait_status(lambda now: now["outputs"][0]["state"] == "held", "the output to be held")
    same(daemon.control("health").code, 1, "health while an output is held")
    daemon.wait_log("401")
    check(collector.requests <= 3, f"{collector.requests} requests to one that refuses us")
    same(daemon.dead_letters("collector"), [], "dead letters of a refused sender")
    allowed.append(True)
    daemon.hang_up()  # tries at once what else is tried again slowly
    daemon.wait_delivered()
    daemon.stop()
    judge.same_order(collector.entries(), api.expected(), "the collector that let us in")


def refuses_all(bench, api):
    collector = bench.http_receiver(decide=lambda request: refuse(400))
    daemon = bench.daemon(sources=[api.source()], outputs=[bench.http_output(collector)],
                          name="refused-whole")
    daemon.start()
    daemon.wait_status(lambda now: now["outputs"][0]["state"] == "held", "the output to be held")
    daemon.stop()
    same(daemon.dead_letters("collector"), [], "dead letters of a batch that was refused whole")
    collector.decide = None
    daemon.once()
    judge.same_order(collector.entries(), api.expected(), "the collector that was set wrong")


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    for part in (splits, isolates, holds, refuses_all):
        part(bench, api)


run(scenario)
