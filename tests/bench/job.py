"""The whole job, once: fetch a history from the simulator, deliver it, count what arrived."""

import os

from harness.failure import check, same

from .settings import PAGE
from .sink import Sink

DAY = 86400
HEC_TOKEN = "bench"


class History:
    """A simulated API with a history of evenly spread entries. Nine pages fall on a day, the width
    of the daemon's first window, so that nearly all pages are full, as they are for the bare
    program."""

    def __init__(self, place, entries, name="api", span_days=None, **options):
        self.place = place
        self.entries = entries
        span = int(DAY * (span_days or entries / (9 * PAGE)))
        self.api = place.simulator(name=name, entries=entries, span=span, **options)
        self.oldest = self.api.first_time
        self.latest = self.api.options["to"]
        self.lines_size = 0  # bytes of all entries as lines, once they were counted
        self.sizes = {}  # bytes that each kind of output sent an entry, the first time

    def bare(self, *options):
        """The bare program."""
        place = self.place
        path = place.fresh("bare.ndjson")
        command = [place.program("bare"), *options, self.api.base_url, self.api.token, self.oldest,
                   self.latest, path]
        measured = place.measure(command, self.entries)
        if not options:
            self.count_lines(path)
        path.unlink()
        return measured

    def count_lines(self, path, copies=1):
        size = lines = 0
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                size += len(block)
                lines += block.count(b"\n")
        same(lines, self.entries * copies, f"lines in {path.name}")
        self.lines_size = self.lines_size or size // copies
        same(size, self.lines_size * copies, f"bytes in {path.name}")


class Job:
    """The daemon with outputs of these kinds: file, http, hec, syslog, and the two HTTP ones with
    gzip as http+gzip and hec+gzip. `sources`: how many read the history, each all of it; `top`:
    other keys of the configuration."""

    def __init__(self, history, kinds, sources=1, start=None, keep=None, **top):
        self.place = history.place
        self.history = history
        self.sources = sources
        self.archive = self.place.fresh("archive.ndjson")
        self.sinks = {kind: Sink(self.place, "stream" if kind == "syslog" else "http", keep)
                      for kind in kinds if kind != "file"}
        keys = {} if start is None else {"start": start}
        self.config, self.state = self.place.config(
            [self.place.source(history.api, name=f"s{number}", **keys)
             for number in range(sources)],
            [self.output(kind) for kind in kinds], top)

    def output(self, kind):
        if kind == "file":
            return {"name": "file", "type": "file", "path": str(self.archive)}
        url = f"http://127.0.0.1:{self.sinks[kind].port}"
        if kind == "syslog":
            return {"name": "syslog", "type": "syslog", "max_size": "64KiB",
                    "address": url.replace("http", "tcp")}
        api, _, compression = kind.partition("+")
        output = {"name": api, "type": "http", "url": url + "/", "api": "generic",
                  "compression": compression or "none"}
        if api == "hec":
            output.update(url=url, api="splunk_hec", token={"env": "BENCH_HEC_TOKEN"})
        return output

    def command(self):
        return [self.place.binaries.daemon, "--config", self.config, "--once"]

    def run(self, wrapper=()):
        """Runs it with an empty store. `wrapper`: words before the daemon's own."""
        entries = self.history.entries * self.sources
        try:
            measured = self.place.measure([*wrapper, *self.command()], entries,
                                          {**os.environ, "BENCH_HEC_TOKEN": HEC_TOKEN})
        finally:
            for sink in self.sinks.values():
                sink.stop()
        self.judge(entries)
        self.place.forget(self.state)
        return measured

    def judge(self, entries):
        """Everything has arrived. A history that no file has counted yet cannot be judged by
        bytes."""
        if self.archive.exists():
            self.history.count_lines(self.archive, self.sources)
            self.archive.unlink()
        size = self.history.lines_size * self.sources
        for kind, sink in self.sinks.items():
            if kind == "http":
                same(sink.lines, entries, "entries at the HTTP receiver")
                check(size in (0, sink.bytes), f"{sink.bytes} bytes arrived over HTTP of {size}")
            elif kind in ("hec", "syslog"):
                check(sink.bytes > size, f"{kind}: {sink.bytes} bytes arrived of more than {size}")
                first = self.history.sizes.setdefault(kind, sink.bytes / entries)
                check(abs(sink.bytes / entries - first) < first / 1000,
                      f"{kind}: {sink.bytes} bytes for {entries} entries, before {first} for each")


def run_in_turn(jobs, runs):
    """Runs each job (a function without arguments) so often, in turn, so that a busy moment of the
    machine meets all. The results by name."""
    results = {name: [] for name in jobs}
    for _ in range(runs):
        for name, job in jobs.items():
            results[name].append(job())
    return results
