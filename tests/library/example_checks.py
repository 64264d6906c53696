"""What each program of docs/examples must do against the simulator: one function for each, named as
its source is. It gets the bench and the program."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.request

from harness.failure import Failure, check, same
from harness.process import Process
from harness.waiting import Stopwatch, slowness, until

LIMIT = 60


class Program:
    """A built example."""

    def __init__(self, bench, path):
        self.bench = bench
        self.path = path

    def environment(self, api):
        return {**os.environ, "SLACKAUDIT_BASE_URL": api.base_url, "SLACKAUDIT_TOKEN": api.token}

    def run(self, api, *arguments, code=0):
        """Its standard output and error, as text, after it has ended with `code`."""
        answer = subprocess.run([self.path, *map(str, arguments)], capture_output=True, check=False,
                                env=self.environment(api), timeout=LIMIT * slowness())
        out, error = answer.stdout.decode(), answer.stderr.decode()
        if answer.returncode != code:
            raise Failure(f"{self.path.name} ended with {answer.returncode}, not {code}:\n"
                          f"{out}{error}")
        check(api.token not in out + error, "the token stands in the output")
        return out, error

    def start(self, api, *arguments):
        log = self.bench.folder / f"{self.path.name}.log"
        process = Process(self.path.name, [self.path, *arguments], log,
                          environment=self.environment(api))
        self.bench.own(process)
        return process


def number(pattern, text):
    """The only number that the pattern finds."""
    found = re.findall(pattern, text)
    same(len(found), 1, f"how often {pattern!r} stands in {text!r}")
    return int(found[0])


def async_(bench, program):
    """Every entry of the last 200 hours is counted, though calls are refused, answers break off and
    pages are short; retries wait side by side, and the loop's own timer goes on meanwhile; a signal
    ends it."""
    api = bench.simulator(entries=10000, short_pages=40,
                          fault=["429:every=20", "503:at=7,count=2", "reset:at=30"])
    watch = Stopwatch()
    out, _ = program.run(api, 200)
    seconds = watch.seconds()
    stats = api.stats()
    entries = number(r"(\d+) entries on", out)
    pages = number(r"on (\d+) pages", out)
    retries = number(r"(\d+) retries", out)
    same(entries, len(api.expected()), "entries")
    same(pages, stats["by_status"]["200"], "pages")
    check(pages > 200, f"no hour had more than one page: {pages} pages")
    api.check_faults_struck("429", "503", "reset")
    same(retries, sum(stats["faults"].values()), "retries")
    # Each refused call waits for a second at least, and the timer ticks four times in that.
    refused = stats["faults"]["429"]
    check(seconds < refused, f"{refused} waits of a second took {seconds:.1f} s: one by one")
    check(len(re.findall(r"of 200 hours counted", out)) >= 2, f"the timer stood still:\n{out}")

    api.set_faults("slow:probability=1,for=60s")
    calls = stats["calls"]
    process = program.start(api, "10")
    until(lambda: api.stats()["calls"] >= calls + 10, "ten calls under way")
    process.send(signal.SIGTERM)
    same(process.wait(10), 1, "exit code after SIGTERM")


def all_entries(bench, program):
    """Every entry of the history is printed once, byte for byte and newest first, although the rate
    limit strikes, an answer breaks off, a cursor expires and one comes twice; a refused token is
    told."""
    api = bench.simulator(entries=40000, short_pages=40,
                          fault=["429:at=2", "truncate:at=4", "expire-cursor:at=3",
                                 "repeat-cursor:at=6"])
    out, error = program.run(api, 7)
    expected = [line.decode() for line in reversed(api.expected())]
    lines = out.split("\n")[:-1]
    same(len(lines), len(expected), "entries printed")
    check(lines == expected, "the entries are not the simulator's, in its order")
    same(number(r"(\d+) entries on", error), len(expected), "entries told")
    check(number(r"(\d+) restarts", error) >= 1, f"no cursor was given up: {error}")
    api.check_faults_struck("429", "truncate", "expire-cursor", "repeat-cursor")

    api.set_tokens("xoxp-another")
    out, error = program.run(api, code=1)
    same(out, "", "what is printed with a token that is refused")
    check("/logs" in error and "status 401" in error, f"the refusal is not told: {error}")


def custom_handler(bench, program):
    """Three resets are survived, a sixth is not; another failure is not retried at all. The waits
    are those of the handler, told through the call's own values."""
    api = bench.simulator(entries=10, fault="reset:at=1,count=3")
    out, _ = program.run(api)
    same(number(r"(\d+) resets", out), 3, "resets")
    check(120000 <= number(r"(\d+) us waited", out) < 180000, f"waits out of bounds: {out}")
    same(number(r"status 200 at attempt (\d+)", out), 4, "attempts")
    same(api.stats()["faults"]["reset"], 3, "resets of the simulator")

    api.set_faults("reset:count=6")
    out, error = program.run(api, code=1)
    same(number(r"(\d+) resets", out), 5, "resets that were retried")
    check("tried 6 times" in error, f"the problem does not say how often it was tried: {error}")

    api.set_faults("500:at=1")
    out, _ = program.run(api, code=1)
    same(number(r"(\d+) resets", out), 0, "retries of a server error")
    same(number(r"status 500 at attempt (\d+)", out), 1, "attempts")


def custom_jitter(bench, program):
    """The waits are 100 ms, 200 ms and so on, each a quarter more or less, and not each the same
    part of it."""
    api = bench.simulator(entries=10, fault="500:at=1,count=5")
    out, error = program.run(api)
    same(number(r"status 200 at attempt (\d+)", out), 6, "attempts")
    same(api.stats()["faults"]["500"], 5, "errors of the simulator")
    waits = [int(amount) * {"us": 1, "ms": 1000}[unit]
             for amount, unit in re.findall(r"server_error tries again in (\d+)(us|ms)", error)]
    same(len(waits), 5, f"waits told in {error}")
    parts = [wait / (100000 * (index + 1)) for index, wait in enumerate(waits)]
    check(all(0.75 <= part <= 1.25 for part in parts), f"waits out of bounds: {waits}")
    check(len(set(parts)) > 1, f"nothing is random about these waits: {waits}")


def first(bench, program):
    """It prints who logged in during the last day, newest first, and the reason when it cannot."""
    api = bench.simulator(entries=2000, span=12 * 3600)
    out, _ = program.run(api)
    users = [json.loads(line)["actor"]["user"] for line in api.expected(action="user_login")]
    same(out.splitlines(), [user.get("email") or "?" for user in reversed(users)], "who logged in")
    check(len(users) > 10, f"the simulator had {len(users)} entries of this kind")

    api.set_faults("500:at=1")
    _, error = program.run(api, code=1)
    check("status 500" in error, f"the reason is not told: {error}")


def stream(bench, program):
    """The file is the whole body, although the first answer broke off in the middle; an answer that
    is no page ends the program with the reason."""
    api = bench.simulator(entries=5000, fault="truncate:at=1")
    path = bench.folder / "page.json"
    out, _ = program.run(api, path)
    same(re.findall(r"attempt (\d)", out), ["1", "2"], "attempts")
    same(number(r"(\d+) bytes", out), path.stat().st_size, "bytes told")
    same(api.stats()["faults"]["truncate"], 1, "answers that broke off")
    entries = json.loads(path.read_bytes())["entries"]
    expected = [json.loads(line) for line in reversed(api.expected())]
    same(len(entries), len(expected), "entries in the file")
    check(entries == expected, "the file holds other entries than the simulator's history")

    api.set_faults("unauthorized:at=1")
    _, error = program.run(api, path, code=1)
    check("status 401" in error, f"the reason is not told: {error}")
    _, error = program.run(api, bench.folder / "no" / "folder", code=1)
    check("No such file" in error, f"the reason is not told: {error}")


def sync(bench, program):
    """The newest entries are shown, each with its time, action, actor and entity, after the schemas
    and the actions; a 429 is waited for, a limit that cannot be is named, and so is a refusal."""
    api = bench.simulator(entries=500, fault=["429:at=2", "reset:at=3"])
    out, _ = program.run(api, 9999)
    lines = out.splitlines()
    schemas = json.loads(urllib.request.urlopen(api.base_url + "schemas").read())["schemas"]
    actions = json.loads(urllib.request.urlopen(api.base_url + "actions").read())["actions"]
    same(lines[:len(schemas)],
         [f"type {schema['type']}: {len(schema[schema['type']])} fields" for schema in schemas],
         "the schemas")
    del lines[:len(schemas)]
    same(lines[:len(actions)],
         [f"actions of {kind}: {len(names)}" for kind, names in actions.items()], "the actions")
    del lines[:len(actions)]
    expected = [json.loads(line) for line in reversed(api.expected())]
    same(lines.pop(), f"{len(expected)} entries", "the count")
    same(len(lines), len(expected), "entries shown")
    for line, entry in zip(lines, expected):
        same(line.split(" +")[0], in_words(entry), "an entry")
    check(any(" +" in line for line in lines), "the simulator sent nothing unknown, or it is lost")
    api.check_faults_struck("429", "reset")

    out, _ = program.run(api, 7)
    same(out.splitlines()[-1], "7 entries", "the count with a limit")
    calls = api.stats()["calls"]
    _, error = program.run(api, 10000, code=1)
    check("limit" in error, f"the parameter is not named: {error}")
    same(api.stats()["calls"], calls + 2, "calls: of schemas and actions alone")
    api.set_tokens("xoxp-another")
    _, error = program.run(api, code=1)
    check("status 401" in error, f"the refusal is not told: {error}")


def in_words(entry):
    """An entry as sync.c prints it, without what it calls unknown."""
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(entry["date_create"]))
    kind = entry["entity"]["type"]
    entity = entry["entity"].get(kind, {}).get("id", "?")
    return f"{when} {entry['action']} by {entry['actor']['user']['id']} to {kind} {entity}"


CHECKS = {
    "all_entries": all_entries,
    "async": async_,
    "custom_handler": custom_handler,
    "custom_jitter": custom_jitter,
    "first": first,
    "stream": stream,
    "sync": sync,
}
