"""An operator's calls count in the budget of the daemon that reads the same source: each is taken
from it, none is made while it is used up or Slack wants a pause, and a 429 that the operator met
holds the daemon too. Without a daemon the command keeps to calls_per_minute by itself."""

import threading

from harness import run
from harness.command import slackauditctl
from harness.failure import check, same
from harness.waiting import Stopwatch

CALLS_PER_MINUTE = 540  # nine a second, sixty at once
RATE = CALLS_PER_MINUTE / 60


def pages(bench, daemon, limit):
    """Reads everything in small pages; returns how many calls that took, and how long."""
    before = bench.api.stats()["calls"]
    watch = Stopwatch()
    said = slackauditctl(bench, "logs", "--all", "--limit", limit, "--format", "ndjson",
                         config=daemon.config_file, limit=60)
    seconds = watch.seconds()
    same(said.code, 0, f"logs --all: exit code ({said.error})")
    same(len(said.lines), len(bench.api.expected()), "entries")
    return bench.api.stats()["calls"] - before, seconds


def source_status(daemon):
    return daemon.source_status("acme")


def with_a_daemon(bench, daemon):
    daemon.start()
    daemon.wait_status(lambda now: now["sources"][0]["caught_up"], "the daemon to have caught up")
    calls_of_daemon = source_status(daemon)["calls"]
    left = source_status(daemon)["calls_left"]
    calls, seconds = pages(bench, daemon, 40)
    least = (calls - left - 1) / RATE
    check(least > 2, f"{calls} calls with {left} left: this shows nothing")
    check(seconds >= least * 0.95, f"{calls} calls in {seconds:.2f} s, not below {least:.2f} s")
    left = source_status(daemon)["calls_left"]
    check(left <= 10, f"{left} calls are left: the daemon's budget was not used")
    same(source_status(daemon)["calls"], calls_of_daemon, "calls that the daemon made itself")

    # Two at once share it as well.
    results = []
    both = [threading.Thread(target=lambda: results.append(pages(bench, daemon, 80)))
            for _ in range(2)]
    watch = Stopwatch()
    before = bench.api.stats()["calls"]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    same(len(results), 2, "commands that ended well")
    calls, seconds = bench.api.stats()["calls"] - before, watch.seconds()
    least = (calls - left - 1) / RATE - 1
    check(least > 2, f"{calls} calls with {left} left: this shows nothing")
    check(seconds >= least, f"two: {calls} calls in {seconds:.2f} s, not below {least:.2f} s")


def with_a_pause(bench, daemon):
    bench.api.set_faults("429:at=1,for=8s")
    said = slackauditctl(bench, "test", "--source", "acme", config=daemon.config_file)
    check(said.code == 1 and "429" in said.text and "8s" in said.text, f"a 429: {said.text}")
    check("shared with the daemon" in said.text, f"whose budget it is: {said.text}")
    paused = source_status(daemon)["paused_seconds"]
    check(4 <= paused <= 8, f"the daemon pauses for {paused} s")
    same(source_status(daemon)["calls_left"], 0, "calls that are left in a pause")
    bench.api.set_faults()
    before = bench.api.stats()["calls"]
    child = threading.Thread(target=lambda: slackauditctl(
        bench, "logs", "--limit", "1", config=daemon.config_file, limit=60))
    child.start()
    child.join(1)
    check(child.is_alive(), "a call was made in the pause")
    same(bench.api.stats()["calls"], before, "calls in the pause")
    child.join()
    same(bench.api.stats()["calls"], before + 1, "calls after the pause")
    daemon.stop()


def without_a_daemon(bench, daemon):
    calls, seconds = pages(bench, daemon, 40)
    least = (calls - 1) / RATE  # one at once, then as they flow in
    check(calls >= 40, f"only {calls} calls: this shows nothing")
    check(seconds >= least * 0.95, f"{calls} calls in {seconds:.2f} s, not below {least:.2f} s")


def scenario(bench):
    bench.api = bench.simulator(entries=2000)
    archive = bench.archive()
    source = bench.api.source(calls_per_minute=CALLS_PER_MINUTE, poll_interval="1h",
                              fresh_interval="0", start="now")
    daemon = bench.daemon([source], [archive.config()])
    without_a_daemon(bench, daemon)
    with_a_daemon(bench, daemon)
    with_a_pause(bench, daemon)


run(scenario)
