"""The receiver that costs next to nothing (sink.c), and what it counted."""

import signal
import subprocess


class Sink:
    """`kind`: http or stream. Its port stays its own when it is stopped and started again."""

    def __init__(self, place, kind, keep=None):
        self.place = place
        self.kind = kind
        self.keep = keep
        self.port = 0
        self.requests = self.bytes = self.lines = 0
        self.process = None
        self.arrivals_file = place.fresh("arrivals")
        place.cleanup.callback(self.stop)
        self.start()

    def start(self):
        command = ["setpriv", "--pdeathsig", "KILL", "--",
                   self.place.program("sink"), self.kind, "--port", str(self.port)]
        if self.kind == "http":
            command += ["--arrivals", self.arrivals_file]
        if self.keep is not None:
            command += ["--keep", self.keep]
        # In a session of its own, so that a Ctrl-C finds it there to be stopped.
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                        start_new_session=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        """Ends it; counts are there from then on. It may be stopped twice."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        words = self.process.stdout.read().split()
        self.requests, self.bytes, self.lines = (int(word) for word in words)
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    def arrivals(self):
        """For each request, while it runs too: the time and the lines until then."""
        rows = []
        for line in self.arrivals_file.read_text().splitlines():
            when, _, lines = line.partition(" ")
            if lines:  # else it is being written
                rows.append((float(when), int(lines)))
        return rows

    def arrived(self):
        """Lines so far."""
        rows = self.arrivals()
        return rows[-1][1] if rows else 0


def arrival_times(rows, first, count):
    """When the entries from number `first` (from 0) on arrived, `count` of them at most."""
    times, number = [], 0
    for when, lines in rows:
        while number < lines:
            if first <= number < first + count:
                times.append(when)
            number += 1
    return times
