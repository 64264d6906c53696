"""Images and containers in a folder of the build's, apart from those of this machine."""

import os
import subprocess

from harness.failure import Failure, Skip

BASE = "docker.io/library/debian:12-slim"
IMAGE = "localhost/slackauditd:test"
COMMAND_SECONDS = 120

# Nothing of systemd's is asked, no limit is raised, the network is the test's own.
SETTINGS = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
netns = "host"
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
runtime = "crun"
"""


class Storage:
    """A folder with images and containers, as buildah and podman keep them."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        settings = folder / "containers.conf"
        settings.write_text(SETTINGS, encoding="ascii")
        self.environment = {**os.environ, "CONTAINERS_CONF": str(settings)}
        self.words = []
        # Layers, or full copies where the file system carries none.
        for driver in ("overlay", "vfs"):
            place = folder / driver
            self.words = ["--root", place, "--runroot", "/run/containers", "--storage-driver", driver]
            if self.ask("buildah", "info").returncode == 0:
                return
        raise Skip(f"no images can be kept in {folder}: {self.ask('buildah', 'info').stderr}")

    def ask(self, program, *words, text=None, limit=COMMAND_SECONDS):
        """Runs buildah or podman, whatever it answers."""
        given = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
        return subprocess.run([program, *map(str, self.words), *map(str, words)], capture_output=True, text=True,
                              check=False, timeout=limit, env=self.environment, **given)

    def do(self, program, *words, text=None, limit=COMMAND_SECONDS):
        """The same, and it must succeed; returns what it wrote on standard output."""
        done = self.ask(program, *words, text=text, limit=limit)
        if done.returncode != 0:
            raise Failure(f"{program} {' '.join(map(str, words))} ended with {done.returncode}:\n"
                          f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    def buildah(self, *words):
        return self.do("buildah", *words, limit=600)

    def has(self, image):
        return self.ask("buildah", "inspect", "--type", "image", image).returncode == 0

    def clear(self):
        """Removes what a test that was killed left: every container."""
        self.buildah("rm", "--all")
