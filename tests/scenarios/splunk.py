"""Splunk's HTTP Event Collector gets every event once, the entry in it byte for byte and its time
beside it; busy and failing answers are tried again; a poisoned event that Splunk names by its
number goes to dead letter alone; a wrong token holds the output and sends nothing to dead letter.
"""

import json

from harness import judge, run
from harness.failure import check, same
from harness.hec_receiver import answer

ENTRIES = 5000


def output(receiver, token_file, name="splunk"):
    return {
        "name": name, "type": "http", "api": "splunk_hec", "url": receiver.url,
        "token": {"file": str(token_file)}, "compression": "gzip", "index": "audit",
        "batch": {"max_entries": 400, "max_wait": "10ms"},
    }


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    expected = api.expected()
    poison = {expected[1234], expected[3456]}
    replies = {2: answer(503, 9), 4: answer(500, 8)}
    receiver = bench.hec_receiver(decide=lambda request: replies.get(request.number),
                                  poison=lambda entry: entry in poison)
    daemon = bench.daemon(
        sources=[api.source()],
        outputs=[output(receiver, bench.secret_file(receiver.hec_token))])
    daemon.start()
    daemon.wait_delivered()
    same(daemon.output_status("splunk")["dead_letters"], 2, "dead letters counted")
    daemon.stop()

    wanted = [entry for entry in expected if entry not in poison]
    judge.exactly_once(receiver.entries(), wanted, "Splunk")
    judge.ascending(receiver.entries(), "Splunk")
    letters = daemon.dead_letters("splunk")
    same([letter["entry"] for letter in letters],
         [json.loads(entry) for entry in expected if entry in poison], "the dead letters")
    same(receiver.answers.get(400, 0) <= 4, True, "no search for what Splunk names by its number")
    dates = {entry: json.loads(entry)["date_create"] for entry in expected}
    for envelope in receiver.envelopes:
        same(envelope["sourcetype"], "slack:audit", "the sourcetype")
        same(envelope["index"], "audit", "the index")
    check({envelope["time"] for envelope in receiver.envelopes} == set(dates.values()),
          "the times are not those of the entries")

    wrong = bench.daemon(
        sources=[api.source()], name="wrong-token",
        outputs=[output(receiver, bench.secret_file(bench.secret("hec-")))])
    wrong.start()
    wrong.wait_status(lambda now: now["outputs"][0]["state"] == "held", "the output to be held")
    same(wrong.dead_letters("splunk"), [], "dead letters of a refused sender")
    wrong.stop()


run(scenario)
