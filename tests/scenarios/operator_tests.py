"""`slackauditctl test` says whether a source's token works and whether an output's receiver takes a
message: one real call, one real message that is plainly a test. Exit 0 when all is well, else 1."""

import json
import os

from harness import run
from harness.command import slackauditctl
from harness.failure import check, same
from harness.hec_receiver import answer
from harness.http_receiver import refuse


class Tester:
    def __init__(self, bench, daemon):
        self.bench = bench
        self.daemon = daemon

    def said(self, kind, name, wanted, *words):
        """What `test` says in words, and in JSON."""
        said = slackauditctl(self.bench, "test", f"--{kind}", name, *words,
                             config=self.daemon.config_file)
        same(said.code, wanted, f"test --{kind} {name}: exit code ({said.text})")
        return said


def is_test_entry(line, output):
    entry = json.loads(line)
    same(entry["action"], "slackaudit_test", "the action of the message")
    check(entry["id"].startswith("slackaudit-test-"), f"the id of the message: {entry['id']}")
    check(entry["details"]["output"] == output and "no event" in entry["details"]["note"],
          f"the message does not say what it is: {entry}")
    return entry["id"]


def check_source(api, tester):
    before = api.stats()["calls"]
    said = tester.said("source", "acme", 0).out.decode()
    same(api.stats()["calls"], before + 1, "calls of one test")
    for words in ("source acme: well", "status 200", "the token is accepted", "like ours",
                  "at most 60000 a minute, counted by this command alone"):
        check(words in said, f"{words!r} is not in {said}")
    told = tester.said("source", "acme", 0, "--json").json
    same((told["ok"], told["result"]["status"], told["result"]["error"]), (True, 200, None), "JSON")
    same(told["result"]["token_refused"], False, "whether the token is refused")
    check(abs(told["result"]["clock_skew_seconds"]) <= 2, f"the clock: {told}")

    api.set_tokens("xoxp-another")
    said = tester.said("source", "acme", 1).out.decode()
    check("NOT well" in said and "the token is refused" in said and "401" in said, said)
    same(tester.said("source", "acme", 1, "--json").result["token_refused"], True, "in JSON")
    api.set_tokens(api.token)
    for fault, words in (("429:every=1,for=7s", "a pause of 7s"), ("500:every=1", "status 500"),
                         ("html:every=1", "no page"), ("reset:every=1", "no answer: ")):
        api.set_faults(fault)
        before = api.stats()["calls"]
        said = tester.said("source", "acme", 1).out.decode()
        check("NOT well" in said and words in said, f"{fault}: {said}")
        same(api.stats()["calls"], before + 1, f"calls with {fault}: it is tried once")
    api.set_faults()
    said = tester.said("source", "ahead", 0).out.decode()
    check("5m" in said and "ahead of ours" in said, f"a clock that is ahead: {said}")
    check("no answer: " in tester.said("source", "nobody", 1).text, "nobody is there")
    check("everybody" in tester.said("source", "unreadable", 78).error, "a token for everybody")


def check_http(tester, receiver, splunk):
    said = tester.said("output", "collector", 0).out.decode()
    check("output collector: well" in said, said)
    same(len(receiver.entries()), 1, "entries at the HTTP receiver")
    one = is_test_entry(receiver.entries()[0], "collector")
    told = tester.said("output", "collector", 0, "--json").json
    check(told["ok"] and told["result"]["message_sent"], f"JSON: {told}")
    check(is_test_entry(receiver.entries()[1], "collector") != one, "two messages with one id")
    receiver.decide = lambda request: refuse(401, b"who are you")
    said = tester.said("output", "collector", 1).out.decode()
    check("NOT well" in said and "401" in said and "who are you" in said, said)
    same(tester.said("output", "collector", 1, "--json").json["ok"], False, "ok in JSON")

    tester.said("output", "splunk", 0)
    is_test_entry(splunk.entries()[0], "splunk")
    splunk.decide = lambda request: answer(403, 4)
    check("Invalid token" in tester.said("output", "splunk", 1).text, "a wrong token of Splunk's")
    check("connect" in tester.said("output", "closed", 1).text, "nobody listens")


def check_syslog(tester, syslogs):
    for kind, receiver in syslogs.items():
        tester.said("output", kind, 0)
        receiver.wait_count(1)
        check(b"slackaudit_test" in receiver.messages()[0], f"the message over {kind}")
    tester.said("output", "no-syslog", 1)


def check_local(tester, archive):
    said = tester.said("output", "archive", 0).out.decode()
    check("is not there yet and can be made" in said, said)
    check(not archive.path.exists(), "the test made the file")
    archive.path.parent.mkdir(parents=True)
    archive.path.write_bytes(b"")
    said = tester.said("output", "archive", 0).out.decode()
    check("can be opened for appending" in said, said)
    same(archive.path.read_bytes(), b"", "the file after the test")
    said = tester.said("output", "in-a-file", 1).out.decode()
    check("NOT well" in said and "Not a directory" in said, said)
    said = tester.said("output", "standard", 0)
    is_test_entry(said.out, "standard")
    check("output standard: well" in said.error, f"the words go elsewhere: {said.error}")


def check_words(tester, daemon):
    for words in ((), ("--source", "acme", "--output", "archive"), ("--source",), ("acme",)):
        said = slackauditctl(tester.bench, "test", *words, config=daemon.config_file)
        same(said.code, 64, f"test {words}: exit code")
    for kind in ("source", "output"):
        said = slackauditctl(tester.bench, "test", f"--{kind}", "strange",
                             config=daemon.config_file)
        check(said.code == 64 and ("acme" in said.error or "archive" in said.error), said.text)


def scenario(bench):
    api = bench.simulator(entries=10)
    ahead = bench.simulator("ahead", entries=10, clock_offset=300)
    archive = bench.archive()
    receiver = bench.http_receiver()
    splunk = bench.hec_receiver()
    syslogs = {kind: bench.syslog_receiver(kind=kind) for kind in ("udp", "tcp", "unix")}
    plain_file = bench.folder / "plain"
    plain_file.touch()
    hidden = bench.secret_file(bench.secret("xoxp-"))
    closed = bench.closed_port()
    sources = [api.source(), ahead.source("ahead"),
               api.source("nobody", base_url=f"http://{closed}/"),
               api.source("unreadable", token={"file": str(hidden)})]
    outputs = [
        archive.config(),
        {"name": "in-a-file", "type": "file", "path": f"{plain_file}/below/x.ndjson"},
        {"name": "standard", "type": "stdout"},
        bench.http_output(receiver),
        {"name": "splunk", "type": "http", "api": "splunk_hec", "url": splunk.url,
         "token": {"file": str(bench.secret_file(splunk.hec_token))}},
        {"name": "closed", "type": "http", "url": f"http://{closed}/"},
        {"name": "no-syslog", "type": "syslog", "address": f"tcp://{closed}"},
        *({"name": kind, "type": "syslog", "address": one.address}
          for kind, one in syslogs.items()),
    ]
    daemon = bench.daemon(sources, outputs)
    hidden.chmod(0o644)
    tester = Tester(bench, daemon)
    check_source(api, tester)
    check_http(tester, receiver, splunk)
    check_syslog(tester, syslogs)
    check_local(tester, archive)
    check_words(tester, daemon)
    check(not os.path.exists(daemon.state), "a state directory was made")
    hidden.chmod(0o600)  # for the end of every scenario, which dumps the configuration
    plain_file.unlink()


run(scenario)
