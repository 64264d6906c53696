"""HUP that raises `overlap`, widens the filter, takes away the output that is down and adds
another: the file gets every entry that it should, once; the new output gets what is stored from
then on; the one that was taken away is named with its backlog, and gets all of it when it is put
back."""

import time

from harness import judge, run
from harness.failure import check, same

NARROW = ["file_downloaded", "user_login", "user_logout"]


def wait_read(daemon, api):
    """Waits until all that the API has at this moment is delivered to every output that is up."""
    now = api.stats()["now"]
    daemon.wait_status(lambda status: status["sources"][0]["checkpoint"] >= rfc3339(now),
                       f"the checkpoint to pass {now}")


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def scenario(bench):
    api = bench.simulator(entries=5000, live=40)
    archive, second = bench.archive(), bench.archive("second")
    collector = bench.http_receiver()
    collector.stop()
    gone = bench.http_output(collector)
    daemon = bench.daemon(
        sources=[api.source(overlap="5s", filter={"actions": NARROW})],
        outputs=[archive.config(), gone])
    daemon.start()
    wait_read(daemon, api)
    before = api.stats()["now"]
    narrow = api.expected(action=",".join(NARROW), latest=before - 2)
    check(set(narrow) <= set(archive.lines()), "the narrow filter lost something")

    daemon.change(sources=[api.source(overlap="1m")],
                  outputs=[archive.config(), second.config()])
    daemon.hang_up()
    status = daemon.status()
    departed = [one["output"] for one in status["departed"]]
    same(departed, ["collector"], "outputs that are configured no more")
    check(status["departed"][0]["backlog_entries"] >= len(narrow), "the backlog of the departed")
    daemon.wait_log("collector")
    changed = api.stats()["now"]
    wait_read(daemon, api)
    daemon.wait_status(lambda now: now["outputs"][1]["delivered"] > 200,
                       "the new output to get some")

    # The one that went comes back, and finds all that it missed.
    collector.start()
    daemon.change(outputs=[archive.config(), second.config(), gone])
    daemon.hang_up()
    wait_read(daemon, api)
    daemon.stop()
    daemon.once()

    everything = api.expected()
    lines = archive.lines()
    check(len(set(lines)) == len(lines), "an entry came twice to the file")
    check(set(lines) <= set(everything), "the file has what the API has not")
    # All of the narrow filter from the start on; all of it, whatever its action, from the HUP on.
    last = api.stats()["now"] - 3
    for wanted in (api.expected(action=",".join(NARROW), latest=last),
                   api.expected(oldest=changed, latest=last)):
        check(set(wanted) <= set(lines), "the file lost something")
    stored = second.lines()
    check(len(set(stored)) == len(stored), "an entry came twice to the new output")
    check(set(stored) <= set(lines), "the new output has what the file has not")
    lost = set(api.expected(oldest=changed + 1, latest=last)) - set(stored)
    check(not lost, f"the new output lost {len(lost)}: {min(lost, default='')}")
    check(not set(stored) & set(api.expected(latest=before - 60)),
          "the new output got what was stored before it was there")
    judge.exactly_once(collector.entries(), lines, "the output that was away")


run(scenario)
