"""Entries that a wrong filter kept out are named by `verify`, output by output, and `--repair` sends each
of them exactly once, across a kill of the daemon in its middle."""

import json
import subprocess

from harness import judge, run
from harness.command import slackauditctl
from harness.failure import check, same
from harness.waiting import until

ENTRIES = 5000


def verify(bench, daemon, api, *words, code=0):
    answer = slackauditctl(bench, "verify", "--source", "acme", "--from", api.first_time, "--json",
                           *words, config=daemon.config_file, limit=90)
    same(answer.code, code, f"verify {words}: exit code ({answer.text[-600:]})")
    return answer.result


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    expected = api.expected()
    logins = [entry for entry in expected if json.loads(entry)["action"] == "user_login"]
    check(10 < len(logins) < ENTRIES / 2, f"{len(logins)} logins")
    archive, users = bench.archive(), bench.archive(name="users", only={"actions": ["user_*"]})
    source = api.source(overlap="1s", page_limit=50, calls_per_minute=3000)
    daemon = bench.daemon(sources=[{**source, "filter": {"actions": ["user_login"]}}],
                          outputs=[archive.config(), users.config()])
    daemon.start()
    daemon.wait_delivered()
    same(verify(bench, daemon, api)["findings"], [], "with the filter")
    daemon.change(sources=[source])
    daemon.hang_up()
    daemon.wait_delivered()

    # What is wanted by an output shows only when it is read.
    result = verify(bench, daemon, api, code=1)
    missing = {json.loads(entry)["id"] for entry in expected} - {
        json.loads(entry)["id"] for entry in logins}
    for output in ("archive", "users"):
        same({found["id"] for found in result["findings"] if found["output"] == output}, missing,
             f"what {output} never got")
    same({found["finding"] for found in result["findings"]}, {"never"}, "findings")

    waiting = subprocess.Popen(
        [bench.binaries.control, "--config", daemon.config_file, "verify", "--source", "acme",
         "--from", str(api.first_time), "--repair"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: len(archive.lines()) > len(logins) + 300, lambda: "some of the repair", 60)
    daemon.kill()
    same(waiting.wait(30), 69, "who waited for it")
    check(len(archive.lines()) < ENTRIES - 300, "it was through before the kill")
    daemon.start()
    verify(bench, daemon, api, "--repair", code=1)
    daemon.wait_delivered()
    judge.exactly_once(archive.lines(), expected, "the archive")
    judge.exactly_once(
        users.lines(), [entry for entry in expected
                        if json.loads(entry)["action"].startswith("user_")], "the users")
    same(verify(bench, daemon, api)["findings"], [], "after the repair")
    daemon.stop()


run(scenario)
