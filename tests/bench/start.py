"""Goal 8: from the start to READY with a store of 1 GiB, after a clean stop and after kill -9,
and from TERM to the end while it rests. The one output is down, so the store stays."""

import os
import signal
import socket
import subprocess
import time

from harness.failure import check, same
from harness.waiting import until

from . import settings
from .sink import Sink

READY_GOAL = 300.0  # ms
STOP_GOAL = 100.0
READY_LIMIT = 60.0  # s: nothing waits longer


class Manager:
    """Starts the daemon as a service manager does, and listens for READY."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.path = daemon.folder / "manager.sock"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.settimeout(READY_LIMIT)
        daemon.bench.cleanup.callback(self.socket.close)
        self.process = None

    def start(self):
        """Milliseconds from the start to READY."""
        environment = {**os.environ, "NOTIFY_SOCKET": str(self.path)}
        begin = time.monotonic()
        with open(self.daemon.log, "ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *map(str, self.daemon.command())],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        while b"READY=1" not in self.socket.recv(65536).splitlines():
            check(self.process.poll() is None, f"the daemon ended with {self.process.returncode}")
        return (time.monotonic() - begin) * 1e3

    def end(self, number):
        """Milliseconds from the signal to the end."""
        begin = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(READY_LIMIT)
        took = (time.monotonic() - begin) * 1e3
        same(code, 0 if number == signal.SIGTERM else -number, "exit code")
        self.drain()
        return took

    def drain(self):
        """Notices of a daemon that is gone count no more."""
        self.socket.setblocking(False)
        try:
            while self.socket.recv(65536):
                pass
        except BlockingIOError:
            pass
        self.socket.settimeout(READY_LIMIT)


def measure(place, report):
    api = place.simulator(entries=settings.STORE, span=10 * 86400, to=int(time.time()) - 3600)
    sink = Sink(place, "http")
    sink.stop()
    daemon = place.long_daemon(
        "start", [place.source(api)],
        [{"name": "http", "type": "http", "url": f"http://127.0.0.1:{sink.port}/"}],
        store={"max_size": "4GiB"})
    manager = Manager(daemon)
    first = manager.start()
    until(lambda: backlog(daemon) >= settings.STORE * 9 // 10, "most of the store", limit=180,
          step=0.2)
    manager.end(signal.SIGKILL)  # in the midst of the walk
    walking = manager.start()
    until(lambda: backlog(daemon) >= settings.STORE, "the whole store", limit=180, step=0.2)
    size = sum(path.stat().st_size for path in daemon.state.rglob("*") if path.is_file())
    clean, killed, cold, stops = [], [], [], []
    for _ in range(settings.RUNS):
        stops.append(manager.end(signal.SIGTERM))
        clean.append(manager.start())
        settle(daemon)
        manager.end(signal.SIGKILL)
        killed.append(manager.start())
        settle(daemon)
        manager.end(signal.SIGKILL)
        leave_cache(daemon.state)
        cold.append(manager.start())
        settle(daemon)
    manager.end(signal.SIGTERM)

    report.row("start to READY, nothing stored", first, "ms", goal=READY_GOAL, number=8)
    report.row("start to READY after kill -9 while it walked", walking, "ms", goal=READY_GOAL,
               number=8)
    report.row("start to READY after TERM", clean, "ms", goal=READY_GOAL, number=8,
               note=f"store of {size / (1 << 30):.2f} GiB, {settings.STORE:,} entries")
    report.row("start to READY after kill -9", killed, "ms", goal=READY_GOAL, number=8)
    report.row("start to READY after kill -9, read from disk", cold, "ms", goal=READY_GOAL,
               number=8, note="the store out of the machine's page cache")
    report.row("TERM to the end, at rest", stops, "ms", goal=STOP_GOAL, number=8)


def leave_cache(folder):
    """Drops what the machine holds of the files, as after a restart of it."""
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def backlog(daemon):
    status = daemon.status()
    if status is None:
        return 0
    return status["outputs"][0]["sources"][0]["backlog_entries"]


def settle(daemon):
    """Until it has polled once and rests."""
    def rests():
        status = daemon.status()
        return status is not None and status["sources"][0]["state"] == "resting"
    until(rests, "the daemon to rest", limit=30, step=0.05)
