"""What no figure is bought with: on a small history of the same kind, in which entries are no valid
JSON and pages tell entries again, each kind of output gets every valid entry as it is, once, and
nothing else, and what must be synced is synced. Anything else fails: a program that does less is
not measured.
"""

import base64
import json
import pathlib
import re

from harness import judge, settings as harness_settings
from harness.failure import check, same

from .job import History, Job

ENTRIES = 50000
DAMAGED = 5
KINDS = ("file", "http", "hec", "syslog")
BATCH = 1 << 20  # bytes that a batch has at most, by default
MESSAGE = re.compile(rb"(\d+) ")  # RFC 6587, 3.4.1: its size, then the message


def bodies(path):
    """The bodies of requests, as sink.c keeps them."""
    kept, at = path.read_bytes(), 0
    while at < len(kept):
        size = int.from_bytes(kept[at:at + 8], "little")
        yield kept[at + 8:at + 8 + size]
        at += 8 + size


def messages(path):
    """The messages of a syslog connection."""
    kept, at = path.read_bytes(), 0
    while found := MESSAGE.match(kept, at):
        at = found.end() + int(found[1])
        yield kept[found.end():at]
    same(at, len(kept), "bytes of syslog messages that came")


def events(path):
    """The entries in the events that an HEC was sent, written as the simulator writes them."""
    decoder = json.JSONDecoder()
    for body in bodies(path):
        text, at = body.decode(), 0
        while at < len(text):
            event, at = decoder.raw_decode(text, at)
            yield canonical(event["event"])
            while at < len(text) and text[at].isspace():
                at += 1


def canonical(value):
    return json.dumps(value, sort_keys=True).encode()


class Proof(Job):
    """A job whose every entry is compared, and whose syncs are counted."""

    def __init__(self, history, kind):
        self.kind = kind
        self.kept = history.place.fresh("kept")
        self.synced = history.place.fresh("synced")
        super().__init__(history, [kind], keep=self.kept, retry=harness_settings.retry(most=1))

    def prove(self):
        """Runs it; the paths that were synced, as often as they were."""
        library = self.place.program("syncs").with_suffix(".so")
        self.run(["/usr/bin/env", f"LD_PRELOAD={library}", f"BENCH_SYNCS={self.synced}"])
        return [pathlib.Path(line) for line in self.synced.read_text().splitlines()]

    def found(self):
        """Every entry that arrived, as it has to be."""
        if self.kind == "file":
            return self.archive.read_bytes().splitlines()
        if self.kind == "http":
            return [line for body in bodies(self.kept) for line in body.splitlines()]
        if self.kind == "hec":
            return list(events(self.kept))
        return [message[message.index(b"{"):] for message in messages(self.kept)]

    def judge(self, entries):
        expected, damaged = self.history.api.expected(), self.history.api.damaged()
        same((len(expected), len(damaged)), (entries - DAMAGED, DAMAGED), "entries of the history")
        if self.kind == "hec":
            expected = [canonical(json.loads(line)) for line in expected]
        judge.exactly_once(self.found(), expected, self.kind)
        judge.exactly_once(self.letters(), damaged, f"the dead letters of {self.kind}")

    def letters(self):
        lines = (self.state / "dead" / f"{self.kind}.ndjson").read_bytes().splitlines()
        return [base64.b64decode(json.loads(line)["entry_base64"]) for line in lines]


def measure(place, report):
    history = History(place, ENTRIES, odd=f"invalid-utf8={DAMAGED}", fault="repeat-entries:every=3")
    for kind in KINDS:
        job = Proof(history, kind)
        synced = job.prove()
        if kind == "file":
            count_syncs(report, job, synced)
    history.api.check_faults_struck("repeat-entries")
    report.row("entries that each output got, exactly once", ENTRIES - DAMAGED, "entries",
               note=f"{', '.join(KINDS)}; and {DAMAGED} that are no JSON, as dead letters")


def count_syncs(report, job, synced):
    """A page's bytes and a batch's are synced before the database says so, and that is too."""
    pages = -(-ENTRIES // 9999)
    size = job.archive.stat().st_size
    batches = -(-size // BATCH)
    job.archive.unlink()
    for what, least, found in (
            ("segments", pages, [path for path in synced if path.suffix == ".seg"]),
            ("the file", batches, [path for path in synced if path == job.archive]),
            ("the database", pages + batches,
             [path for path in synced if path.name.endswith("-wal")])):
        check(len(found) >= least, f"{what}: {len(found)} syncs, at least {least} are needed")
        report.row(f"syncs of {what}", len(found), "syncs",
                   note=f"at least {least}: {pages} pages, {batches} batches")
