"""Containers as podman runs them, with the real runtime, seccomp filter and mounts, in a storage of the test's own."""

import json
import os
import pathlib
import sys

from apart import CGROUPS
from harness import machine
from harness.failure import Failure, Skip
from harness.waiting import until
from storage import IMAGE

USER = 10001
CGROUP = "libpod_parent"  # podman's name for the one above all of its containers


class Engine:
    """podman. A context: at its end no container, volume or secret is left."""

    def __init__(self, storage):
        self.storage = storage

    def __enter__(self):
        self.clear()
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and kind is not Skip:
            self.show()
        self.clear()
        machine.remove_cgroups([*CGROUPS.glob(CGROUP), *CGROUPS.glob(f"*/{CGROUP}")])

    def show(self):
        """What a failure left to read."""
        for name in self.do("ps", "--all", "--format", "{{.Names}}").split():
            done = self.ask("logs", name)
            print(f"---- {name} {Container(self, name).state()['Status']}\n{done.stderr[-3000:]}", file=sys.stderr)

    def clear(self):
        self.do("pod", "rm", "--all", "--force", "--time", "0")
        self.do("rm", "--all", "--force", "--time", "0")
        self.do("volume", "rm", "--all", "--force")
        self.do("secret", "rm", "--all")

    def ask(self, *words, **more):
        # What podman cannot do without systemd, the timer of a health check, is no news.
        return self.storage.ask("podman", "--log-level=fatal", *words, **more)

    def do(self, *words, **more):
        return self.storage.do("podman", "--log-level=fatal", *words, **more)

    def volume(self, name):
        """Where a volume's files lie, seen from here."""
        return pathlib.Path(self.do("volume", "inspect", "--format", "{{.Mountpoint}}", name).strip())

    def run(self, name, *options, words=()):
        """Starts a container of the image in the background, hardened as docs/container.md advises."""
        self.do("run", "--detach", "--name", name, *HARDENED, *options, IMAGE, *words)
        return Container(self, name)

    def run_to_end(self, *options, words=()):
        """Runs one to its end; the answer is what it wrote and its exit code."""
        return self.ask("run", "--rm", *HARDENED, *options, IMAGE, *words)


HARDENED = ("--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges",
            "--memory", "64m", "--pids-limit", "64", "--pull", "never")


class Container:
    """One that was started."""

    def __init__(self, engine, name):
        self.engine = engine
        self.name = name

    def state(self):
        return json.loads(self.engine.do("container", "inspect", self.name))[0]["State"]

    def pid(self):
        """Of its first process, seen from here."""
        number = self.state()["Pid"]
        if number == 0:
            raise Failure(f"{self.name} does not run: {self.state()}\n{self.logs().stderr[-2000:]}")
        return number

    def proc(self, name):
        return pathlib.Path(f"/proc/{self.pid()}/{name}").read_text(encoding="utf-8")

    def memory_limit(self):
        """In bytes, as the kernel has it (cgroups of version 1 or 2)."""
        for line in self.proc("cgroup").splitlines():
            _, controllers, path = line.split(":", 2)
            name = {"memory": "memory.limit_in_bytes", "": "memory.max"}.get(controllers, "none")
            place = CGROUPS / controllers / path.lstrip("/") / name
            if place.is_file():
                return int(place.read_text(encoding="ascii").replace("max", "0"))
        raise Failure(f"{self.name} is in no cgroup with a limit of memory:\n{self.proc('cgroup')}")

    def exec(self, *words, user=USER):
        return self.engine.ask("exec", "--user", str(user), self.name, *words)

    def control(self, *words):
        """slackauditctl, as an operator asks it."""
        return self.exec("/usr/bin/slackauditctl", *words)

    def is_healthy(self):
        """Runs the image's health check."""
        done = self.engine.ask("healthcheck", "run", self.name)
        if done.returncode not in (0, 1):
            raise Failure(f"the health check of {self.name} cannot be run: {done.stdout}{done.stderr}")
        return done.returncode == 0

    def wait_healthy(self, wanted=True):
        until(lambda: self.is_healthy() == wanted, lambda: f"health {wanted}: {self.control('health').stderr}",
              step=0.1)

    def logs(self):
        """Both streams apart."""
        return self.engine.ask("logs", self.name)

    def send(self, signal):
        self.engine.do("kill", "--signal", signal, self.name)

    def stop(self, seconds=10):
        """As an operator stops it: TERM, and KILL when it takes longer. Returns the exit code."""
        self.engine.do("stop", "--time", str(seconds), self.name)
        return self.state()["ExitCode"]

    def kill(self):
        self.send("KILL")
        until(lambda: not self.state()["Running"], f"the end of {self.name}")

    def start(self):
        self.engine.do("start", self.name)

    def remove(self):
        self.engine.do("rm", "--force", "--time", "0", self.name)


def own(path, user=USER, group=USER, mode=None):
    """Gives a file to the daemon's user, or to another."""
    os.chown(path, user, group)
    if mode is not None:
        os.chmod(path, mode)
    return path
