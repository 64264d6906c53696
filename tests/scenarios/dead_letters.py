"""Dead letters are listed with time, output, reason and id, and a retry sends exactly these again, each
once, across a kill of the daemon in its middle; what is refused again comes back, what is no JSON stays."""

import json

from harness import judge, run
from harness.command import slackauditctl
from harness.failure import check, same
from harness.http_receiver import refuse

LEFT = b"what an editor left here\n"
ENTRIES = 3000


def entry_id(entry):
    return json.loads(entry)["id"]


class Clinic:
    """A collector that refuses what is poison at the moment."""

    def __init__(self, bench, poison):
        self.poison = poison
        self.collector = bench.http_receiver(decide=self.judge)

    def judge(self, request):
        return refuse(400, b"no good") if self.poison & set(request.entries) else None


def said(bench, daemon, *words, code=0):
    answer = slackauditctl(bench, "deadletter", *words, config=daemon.config_file)
    same(answer.code, code, f"deadletter {words}: exit code ({answer.text})")
    return answer


def listed(bench, daemon):
    return said(bench, daemon, "list", "--json").result


def wait_idle(daemon):
    daemon.wait_status(lambda now: all(output["state"] == "idle" for output in now["outputs"]),
                       "the outputs to be idle")


def lists(bench, daemon, poison):
    letters = listed(bench, daemon)
    same(sorted(letter["id"] for letter in letters), sorted(map(entry_id, poison)), "ids listed")
    for letter in letters:
        same((letter["output"], letter["source"], letter["can_be_sent"]),
             ("collector", "acme", True), "a letter")
        check("400" in letter["reason"] and letter["time"].endswith("Z"), f"a letter: {letter}")
    text = said(bench, daemon, "list").out.decode()
    check(all(entry_id(entry) in text for entry in poison), f"the list for people: {text}")
    same(said(bench, daemon, "list", "--output", "archive").out, b"no dead letters\n", "another")
    check("no output" in said(bench, daemon, "list", "--output", "no", code=64).error.lower(),
          "an output that is not there")
    said(bench, daemon, "burn", code=64)


def dead_letters_of(daemon):
    return daemon.state / "dead" / "collector.ndjson"


def refused_again(bench, daemon, poison):
    """All of it is refused again and comes back, and a damaged line is not lost."""
    file = dead_letters_of(daemon)
    with open(file, "ab") as letters:
        letters.write(LEFT)
    answer = said(bench, daemon, "retry", "--json").result
    same((answer["sent_again"], answer["kept"]), (len(poison), 1), "retried")
    daemon.wait_status(lambda now: now["outputs"][1]["dead_letters"] == 2 * len(poison),
                       "the letters to come back")
    same(sorted(letter["id"] for letter in listed(bench, daemon)), sorted(map(entry_id, poison)),
         "what came back")
    check(LEFT in file.read_bytes(), "a line was lost")


def set_aside(daemon, poison):
    """As if the daemon had died after they were stored and before the file was removed."""
    file = dead_letters_of(daemon)
    letter = file.read_bytes().splitlines(keepends=True)[-1]
    same(letter, LEFT, "what stayed")
    aside = file.with_suffix(".ndjson.retry")
    aside.write_bytes(b"".join(
        json.dumps({"time": "2026-01-01T00:00:00Z", "output": "collector", "source": "acme",
                    "sequence": 1, "id": entry_id(entry), "reason": "x"},
                   separators=(",", ":")).encode()[:-1] + b',"entry":' + entry + b"}\n"
        for entry in sorted(poison)))
    return aside


def half_cured(bench, daemon, clinic, poison, cured):
    """With the receiver away they wait in the store, across a kill."""
    clinic.poison = poison - cured
    clinic.collector.stop()
    answer = said(bench, daemon, "retry", "--json").result
    same(answer["sent_again"], len(poison), "retried with the receiver away")
    same(listed(bench, daemon), [], "letters while they are on their way")
    daemon.kill()
    aside = set_aside(daemon, poison)
    daemon.start()
    answer = said(bench, daemon, "retry", "--json").result
    same(answer["sent_again"], 0, "what the store had already")
    check(not aside.exists(), "the file that was set aside stays")
    clinic.collector.start()
    daemon.hang_up()
    daemon.wait_delivered()
    daemon.wait_status(lambda now: now["outputs"][1]["dead_letters"] == len(poison) - len(cured),
                       "the rest to come back")
    wait_idle(daemon)
    same(sorted(letter["id"] for letter in listed(bench, daemon)),
         sorted(map(entry_id, poison - cured)), "what was refused for the third time")


def all_cured(bench, daemon, clinic):
    """With no daemon the store takes them, and the next one sends them."""
    left = len(clinic.poison)
    clinic.poison = set()
    daemon.stop()
    text = said(bench, daemon, "retry").out.decode()
    check(f"{left} letters" in text and "1 stay" in text, text)
    daemon.start()
    daemon.wait_delivered()
    daemon.stop()


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    expected = api.expected()
    poison = set(expected[300:1500:100])
    clinic = Clinic(bench, set(poison))
    archive = bench.archive()
    daemon = bench.daemon(
        sources=[api.source()],
        outputs=[archive.config(), bench.http_output(clinic.collector, batch={
            "max_entries": 500, "max_wait": "10ms"})])
    daemon.start()
    daemon.wait_delivered()
    wait_idle(daemon)
    lists(bench, daemon, poison)
    refused_again(bench, daemon, poison)
    half_cured(bench, daemon, clinic, poison, {entry for entry in expected[:900] if entry in poison})
    all_cured(bench, daemon, clinic)
    judge.exactly_once(clinic.collector.entries(), expected, "the collector")
    judge.exactly_once(archive.lines(), expected, "the archive, which refused nothing")


run(scenario)
