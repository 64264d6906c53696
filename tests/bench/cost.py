"""Goals 1 and 2: processor time an entry of the whole job, beside the bare program, in one run on
the same pages. With gzip, what zlib alone takes for the same bodies stands beside it and is taken
off before the goal is judged."""

import statistics

from harness.failure import check

from . import settings
from .job import History, Job, run_in_turn

GZIP_LEVEL = 3  # GZIP_LEVEL of src/output/http_post.c

JOBS = {  # what: kinds of outputs, goal, most times the bare program
    "slackauditd to a file": ("file", 1, 2.0),
    "slackauditd to HTTP, NDJSON": ("http", 2, 2.5),
    "slackauditd to HTTP, Splunk HEC": ("hec", 2, 2.5),
    "slackauditd to syslog over TCP, RFC 5424": ("syslog", 2, 3.0),
    "slackauditd to HTTP, NDJSON, gzip": ("http+gzip", None, None),
    "slackauditd to HTTP, Splunk HEC, gzip": ("hec+gzip", None, None),
}


class Bodies:
    """What an HTTP output sends, kept by its receiver to be compressed again and again."""

    def __init__(self, history, kind):
        self.history = history
        self.path = history.place.fresh("bodies")
        Job(history, [kind], keep=self.path).run()
        self.compressed = 0

    def compress(self):
        """Microseconds an entry of the codec alone."""
        place = self.history.place
        words = place.run_program([place.program("codec"), GZIP_LEVEL, self.path]).split()
        self.compressed = int(words[1])
        return float(words[0]) * 1e6 / self.history.entries


class Gzip:
    """A job with gzip, which shows that it sent what the codec makes of the same bodies."""

    def __init__(self, history, kind, bodies):
        self.history = history
        self.kind = kind
        self.bodies = bodies

    def run(self):
        job = Job(self.history, [self.kind])
        measured = job.run()
        sent = job.sinks[self.kind].bytes
        check(abs(sent - self.bodies.compressed) < sent / 50,
              f"{self.kind}: {sent} bytes were sent, zlib alone makes {self.bodies.compressed}")
        return measured


def row(report, what, runs, bare, goal=None, number=None):
    cpu = [run.cpu for run in runs]
    kernel = statistics.median(run.kernel for run in runs)
    ratio = statistics.median(cpu) / bare if bare else None
    note = f"{kernel:.2f} of it kernel, peak {max(run.peak for run in runs):.1f} MiB"
    return report.row(what, cpu, "us an entry", ratio=ratio, goal=goal, number=number, note=note)


def measure(place, report):
    history = History(place, settings.ENTRIES)
    history.bare()  # the simulator makes its words at the first touch
    bodies = {kind: Bodies(history, kind) for kind in ("http", "hec")}
    jobs = {"bare": history.bare, "whole": lambda: history.bare("--whole")}
    for kind, kept in bodies.items():
        jobs[f"codec {kind}"] = kept.compress
    for what, (kind, _, _) in JOBS.items():
        api, _, compression = kind.partition("+")
        jobs[what] = (Gzip(history, kind, bodies[api]).run if compression
                      else lambda kind=kind: Job(history, [kind]).run())
    runs = run_in_turn(jobs, settings.RUNS)

    bare = row(report, "bare program", runs["bare"], None).figure
    bare = min(bare, settings.BARE_AT_MOST)
    row(report, "bare program, pages unsplit", runs["whole"], None)
    for what, (kind, number, goal) in JOBS.items():
        api, _, compression = kind.partition("+")
        row(report, what, runs[what], bare, goal, number)
        if compression:
            codec = runs[f"codec {api}"]
            report.row("  of it zlib alone, on the same bodies", codec, "us an entry")
            rest = [whole.cpu - alone for whole, alone in zip(runs[what], codec)]
            report.row("  without zlib", rest, "us an entry", goal=2.5, number=2,
                       ratio=statistics.median(rest) / bare)
    report.row("an entry", history.lines_size / history.entries, "bytes",
               note=f"{history.entries} entries in pages of {settings.PAGE}")
