"""What a process cost: from its end for one that runs once, from /proc for one that stays."""

import pathlib


class Measured:
    """The cost of one run, as usage.c wrote it: processor time in microseconds an entry, peak in
    MiB."""

    def __init__(self, text, entries):
        user, kernel, peak, seconds = (float(word) for word in text.split())
        self.cpu = (user + kernel) * 1e6 / entries
        self.kernel = kernel * 1e6 / entries
        self.peak = peak / 1024
        self.seconds = seconds


def status_of(pid):
    """The kernel's account of a process, name by name."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return dict(line.split(":", 1) for line in file)


def memory_of(pid):
    """Anonymous, resident and most ever resident, in MiB."""
    status = status_of(pid)
    return tuple(int(status[name].split()[0]) / 1024 for name in ("RssAnon", "VmRSS", "VmHWM"))


def threads_of(pid):
    return pathlib.Path(f"/proc/{pid}/task").iterdir()


def cpu_of(pid):
    """Seconds on a processor so far, to the nanosecond. Threads that have ended are missing."""
    return sum(int((thread / "schedstat").read_text().split()[0])
               for thread in threads_of(pid)) / 1e9


def sleeps_of(pid):
    """How often it went to sleep of its own accord: each is followed by a wake-up."""
    return sum(int(status_of(f"{pid}/task/{thread.name}")["voluntary_ctxt_switches"])
               for thread in threads_of(pid))
