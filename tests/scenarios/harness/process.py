"""A program that runs beside the scenario and never outlives it."""

import signal
import subprocess

from .failure import Failure
from .waiting import slowness, until


class Process:
    """One child process. Its standard output and error are appended to files. It is killed by the
    kernel when the scenario itself is (setpriv sets that up and then becomes the program)."""

    def __init__(self, name, command, log, output=None, environment=None):
        self.name = name
        self.log = log
        self.output = output or log
        with open(self.output, "ab") as out, open(self.log, "ab") as err:
            self.child = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *map(str, command)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)

    @property
    def pid(self):
        return self.child.pid

    def is_running(self):
        return self.child.poll() is None

    def send(self, number):
        self.child.send_signal(number)

    def wait(self, limit=60.0):
        """The exit code; a negative one is the signal that ended it."""
        try:
            return self.child.wait(limit * slowness())
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} still runs after {limit * slowness():.0f} s") from None

    def stop(self, limit=20.0):
        """Asks it to end and returns its exit code."""
        if self.is_running():
            self.send(signal.SIGTERM)
        return self.wait(limit)

    def kill(self):
        """Ends it as a power cut would."""
        if self.is_running():
            self.child.kill()
        return self.child.wait()

    def peak_memory(self):
        """The most it ever had resident, in bytes."""
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        raise Failure(f"{self.name}: the kernel tells nothing about its memory")

    def wait_for_file(self, path, limit=20.0):
        """Waits until the program has written the file, and returns its text."""
        def look():
            if not self.is_running():
                raise Failure(f"{self.name} ended with {self.child.returncode}: {tail(self.log)}")
            return path.exists() and path.stat().st_size > 0
        until(look, f"{path.name} of {self.name}", limit)
        return path.read_text()


def tail(path, lines=30):
    """The end of a log, for messages."""
    try:
        with open(path, "rb") as file:
            file.seek(0, 2)
            size = file.tell()
            file.seek(max(0, size - 20000))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return "(no log)"
    return "\n".join(text.splitlines()[-lines:])
