"""The bench that a scenario works at: it makes the parts, owns them, and cleans up."""

import contextlib
import os
import pathlib
import random
import secrets
import shutil
import tempfile

from . import settings, tidy
from .archive import Archive
from .certificates import Authority
from .closed_port import ClosedPort
from .daemon import Daemon
from .failure import check
from .hec_receiver import HecReceiver
from .http_receiver import HttpReceiver
from .rsyslog import Rsyslog
from .simulator import Simulator
from .syslog_receiver import SyslogReceiver
from .tls_front import Proxy, TlsFront


class Binaries:
    """The programs under test."""

    def __init__(self, folder):
        self.daemon = folder / "slackauditd"
        self.control = folder / "slackauditctl"
        self.simulator = folder / "slackaudit-sim"
        image = self.daemon.read_bytes()
        self.has_crash_points = b"SLACKAUDIT_CRASH_POINT" in image
        self.is_sanitized = b"__asan_init" in image


class Bench:
    """Made once a scenario; `seed` makes all of its chance repeatable."""

    def __init__(self, binaries, source_tree, seed):
        self.binaries = binaries
        self.source_tree = source_tree
        self.seed = seed
        self.random = random.Random(seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="slackauditd-"))
        self.cleanup = contextlib.ExitStack()
        self.secrets = []
        self.daemons = []
        self.receivers = []
        self.processes = []

    # What a scenario is made of.

    def simulator(self, name="api", **options):
        return Simulator(self, name, options)

    def daemon(self, sources, outputs, name="daemon", **top):
        daemon = Daemon(self, name, sources, outputs, top)
        self.daemons.append(daemon)
        return daemon

    def archive(self, name="archive", path=None, **keys):
        return Archive(name, path or self.folder / name / f"{name}.ndjson", keys)

    def http_receiver(self, **options):
        receiver = HttpReceiver(**options)
        return self.receive(receiver)

    def hec_receiver(self, **options):
        return self.receive(HecReceiver(token=self.secret("hec-"), **options))

    def syslog_receiver(self, **options):
        return self.receive(SyslogReceiver(self, **options))

    def receive(self, receiver):
        self.receivers.append(receiver)
        self.cleanup.callback(receiver.stop)
        return receiver

    def tls_front(self, certificate, port):
        return self.receive(TlsFront(certificate, port))

    def proxy(self, user):
        return self.receive(Proxy(user))

    def closed_port(self):
        """`HOST:PORT` where a connection is refused."""
        port = ClosedPort()
        self.cleanup.callback(port.close)
        return port.address

    def rsyslog(self, **options):
        return Rsyslog(self, **options)

    def authority(self, name="ca"):
        return Authority(self.folder / name)

    def http_output(self, receiver, name="collector", **keys):
        return {**settings.http_output(receiver.url, name), **keys}

    # Secrets. Whatever is made here must turn up nowhere but in its file.

    def secret(self, prefix=""):
        value = prefix + secrets.token_hex(20)
        self.secrets.append(value)
        return value

    def secret_file(self, value, name=None):
        """A file with the secret, as an operator has to make it."""
        path = self.folder / "secrets" / (name or f"{self.secrets.index(value)}.secret")
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(value + "\n")
        return path

    # Ending.

    def own(self, process):
        self.processes.append(process)

    def end_processes(self):
        for process in self.processes:
            process.kill()

    def judge_end(self):
        """What must hold at the end of every scenario."""
        for receiver in self.receivers:
            check(not receiver.errors, f"a receiver was sent nonsense: {receiver.errors}")
        for daemon in self.daemons:
            tidy.check_log(daemon)
            tidy.check_secrets(daemon, self.secrets)

    def close(self, keep=False):
        self.end_processes()
        self.cleanup.close()
        if not keep:
            make_writable(self.folder)
            shutil.rmtree(self.folder)


def make_writable(folder):
    """A scenario may have taken rights away that removing needs."""
    for path, _, _ in os.walk(folder):
        os.chmod(path, 0o700)
