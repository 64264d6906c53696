"""What an operator can ask and change: status, health, reload with its errors, the checkpoint and
going back to an earlier one, forgetting what left the configuration; with the daemon running and
without."""

import json

from harness import judge, run
from harness.command import slackauditctl
from harness.failure import check, same

ENTRIES = 2000


def reload(daemon, archive):
    """A wrong file changes nothing and is told of; a right one is taken."""
    good = dict(daemon.config)
    daemon.change(strange=1)
    answer = daemon.control("reload")
    check(answer.code == 78 and "strange" in answer.text and "nothing was reloaded" in answer.text,
          f"reload of a wrong file: {answer.text}")
    for verb in ("health", "status"):  # a file that was spoiled does not hide how the daemon is doing
        answer = daemon.control(verb)
        check(answer.code == 0 and "strange" in answer.text, f"{verb} beside a wrong file: {answer.text}")
    daemon.change(**{f"wrong_{number}": 1 for number in range(50)})
    text = daemon.control("reload").text
    check("wrong_0:" in text and "wrong_49:" in text, f"not all that is wrong is told: {text}")
    daemon.config = good
    daemon.change(outputs=[archive.config()])
    same(daemon.control("reload").code, 0, "reload of a right file")
    same([one["output"] for one in daemon.status()["departed"]], ["second"], "departed outputs")


def forget(daemon):
    """Only what is not configured."""
    check(daemon.control("forget", "--output", "archive").code != 0, "forgot a configured output")
    same(daemon.control("forget", "--output", "second").code, 0, "forget an output")
    same(daemon.status()["departed"], [], "departed outputs after forgetting")
    check(daemon.control("forget", "--output", "second").code != 0, "forgot it twice")


def go_back(bench, daemon, archive, expected, back):
    """The checkpoint: going back says how much, and wants a word."""
    answer = daemon.control("checkpoint", "show")
    same(answer.code, 0, "checkpoint show")
    same([one["source"] for one in answer.result], ["acme"], "the sources with a checkpoint")
    again = [entry for entry in expected if json.loads(entry)["date_create"] >= back]
    answer = daemon.control("checkpoint", "set", "acme", str(back))
    check(answer.code != 0 and "--redeliver" in answer.text, f"without --redeliver: {answer.text}")
    answer = daemon.control("checkpoint", "set", "acme", "-1h")
    check(answer.code == 1 and "--redeliver" in answer.text, f"an age: {answer.text}")
    same(len(archive.lines()), ENTRIES, "lines before going back")
    said = slackauditctl(bench, "checkpoint", "set", "acme", str(back), "--redeliver",
                         config=daemon.config_file)
    check(said.code == 0 and "source acme: goes on from 20" in said.text, f"in words: {said.text}")
    said = slackauditctl(bench, "checkpoint", "show", config=daemon.config_file)
    check(said.code == 0 and "source acme: read up to 20" in said.text, f"in words: {said.text}")
    daemon.wait_status(lambda now: len(archive.lines()) >= ENTRIES + len(again), "what comes again")
    daemon.wait_delivered()
    daemon.stop()
    lines = archive.lines()
    judge.same_order(lines[:ENTRIES], expected, "the file before going back")
    check(set(again) <= set(lines[ENTRIES:]), "what was to come again did not")
    judge.exactly_once(lines[ENTRIES:], judge.arrived(lines[ENTRIES:], expected), "what came again")


def ask_without_daemon(bench, api, daemon, archive, back):
    """The same verbs work on the store, if there is one: they make none."""
    fresh = bench.daemon(sources=[api.source()], outputs=[archive.config()], name="fresh")
    for words in (("checkpoint", "show"), ("forget", "--output", "second")):
        answer = fresh.control(*words)
        check(answer.code == 73 and "no store" in answer.text, f"without a store: {answer.text}")
    check(not fresh.state.exists(), "asking made a state directory")
    answer = daemon.control("checkpoint", "show")
    check(answer.code == 0 and "acme" in answer.text, f"without a daemon: {answer.text}")
    same(daemon.control("health").code != 0, True, "health without a daemon")
    check(daemon.control("checkpoint", "set", "nobody", str(back), "--redeliver").code != 0,
          "set the checkpoint of an unknown source")


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    archive, second = bench.archive(), bench.archive("second")
    daemon = bench.daemon(sources=[api.source()], outputs=[archive.config(), second.config()])
    expected = api.expected()
    daemon.start()
    daemon.wait_delivered()
    same(daemon.control("health").code, 0, "health")
    for path, mode in ((daemon.state, 0o700), (archive.path.parent, 0o750), (archive.path, 0o640),
                       (daemon.folder / "control.sock", 0o660)):
        same(oct(path.stat().st_mode & 0o777), oct(mode), f"the mode of {path.name}")
    reload(daemon, archive)
    forget(daemon)
    back = api.stats()["now"] - 3600
    go_back(bench, daemon, archive, expected, back)
    ask_without_daemon(bench, api, daemon, archive, back)


run(scenario)
