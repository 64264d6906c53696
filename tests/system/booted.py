"""A real systemd, booted beside the machine's own: an overlay over the root file system, in a container of systemd-nspawn
with a network of its own (only the loopback). What happens in it changes nothing outside.

Mounts stand in a mount namespace of the test's process, and the container in a process namespace that dies with it, so
that nothing runs or is mounted however the test ends. When it is killed, an empty cgroup and a small folder stay; the
next one removes them.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenarios"))
from harness import machine  # noqa: E402
from harness.failure import Failure, Skip  # noqa: E402
from harness.process import tail  # noqa: E402
from harness.waiting import until  # noqa: E402

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
BOOT_SECONDS = 60
COMMAND_SECONDS = 100
NEEDED = ("systemd-nspawn", "nsenter")
LIBC = ctypes.CDLL(None, use_errno=True)


class Answer:
    """How a command inside ended."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.error = done.stderr

    @property
    def text(self):
        return self.out + self.error


MARK = "slackauditd-system-"
"""Cgroups and temporary folders begin with it, and the number of their process follows."""


def is_stale(path):
    """The test that made it runs no more."""
    return not pathlib.Path("/proc", path.name.removeprefix(MARK).split("-")[0]).exists()


class Cgroups:
    """A cgroup of the container's own in each hierarchy that systemd uses (named, and version 2), below that of this
    process."""

    def __init__(self):
        self.folders = []
        for line in pathlib.Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
            _, controllers, path = line.split(":", 2)
            roots = {"name=systemd": ["systemd"], "": ["unified", ""]}.get(controllers, [])
            for root in roots:
                parent = pathlib.Path("/sys/fs/cgroup") / root / path.lstrip("/")
                if (parent / "cgroup.procs").exists():
                    self.folders.append(parent / f"{MARK}{os.getpid()}")
                    break
        for parent in {folder.parent for folder in self.folders}:
            machine.remove_cgroups(folder for folder in parent.glob(f"{MARK}*") if is_stale(folder))

    def make(self):
        for folder in self.folders:
            folder.mkdir()

    def enter(self):
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")

    def remove(self):
        machine.remove_cgroups(self.folders)
        return not any(folder.exists() for folder in self.folders)


class Booted:
    """The booted system, as a context. `run` runs a command in it; `root` is its root directory as seen from here."""

    def __init__(self):
        check_machine()
        for folder in pathlib.Path(tempfile.gettempdir()).glob(f"{MARK}*"):
            if is_stale(folder):
                shutil.rmtree(folder, ignore_errors=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{MARK}{os.getpid()}-"))
        self.root = self.folder / "mount/root"
        self.log = self.folder / "console.log"
        self.cgroups = Cgroups()
        self.child = None
        self.leader = None

    def __enter__(self):
        try:
            self.mount()
            self.boot()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and kind is not Skip:
            self.show()
        self.close()

    # ---- Coming up and going down ----

    def mount(self):
        machine.own_mounts()
        base = self.folder / "mount"
        base.mkdir()
        machine.mount("-t", "tmpfs", "-o", "mode=0755,size=1g", "tmpfs", base)
        for name in ("upper", "work", "root"):
            (base / name).mkdir(mode=0o755)
        machine.mount("-t", "overlay", "overlay", "-o",
                      f"lowerdir=/,upperdir={base}/upper,workdir={base}/work", self.root)
        self.prepare()

    def prepare(self):
        """Makes of a copy of this machine one that nothing runs on: no services, no policy against starting them, no
        slackauditd."""
        etc = self.root / "etc"
        (etc / "machine-id").write_text(os.urandom(16).hex() + "\n", encoding="ascii")
        (etc / "hostname").write_text("booted\n", encoding="ascii")
        for name in ("resolv.conf", "nsswitch.conf"):
            (etc / name).unlink(missing_ok=True)
        (etc / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:2\n", encoding="ascii")
        (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files dns\n", encoding="ascii")
        for path in [*etc.glob("systemd/system/*.wants"), *etc.glob("rc?.d")]:
            shutil.rmtree(path)
        # The last is Debian's switch for the index of all manual pages, which each dpkg would make anew for seconds.
        for path in (self.root / "usr/sbin/policy-rc.d", *etc.glob("systemd/system/slackauditd*"),
                     self.root / "var/lib/man-db/auto-update"):
            path.unlink(missing_ok=True)
        for name in ("etc/slackauditd", "var/lib/slackauditd", "var/log/slackauditd", "var/log/journal"):
            shutil.rmtree(self.root / name, ignore_errors=True)

    def enter(self):
        """In the child, before it becomes systemd-nspawn."""
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        self.cgroups.enter()

    def boot(self):
        self.cgroups.make()
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                ["unshare", "--pid", "--fork", "--kill-child=KILL", "--mount-proc",
                 "systemd-nspawn", "--quiet", "--boot", f"--directory={self.root}", f"--machine=booted-{os.getpid()}",
                 "--register=no", "--keep-unit", "--link-journal=no", "--console=read-only", "--private-network",
                 "--resolv-conf=off", "--timezone=off"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, preexec_fn=self.enter)
        self.leader = until(self.find_leader, "systemd as the first process", BOOT_SECONDS)
        until(self.is_up, lambda: f"the system to come up\n{tail(self.log, 60)}", BOOT_SECONDS, step=0.1)

    def find_leader(self):
        """The container's first process: what has become systemd below our child."""
        if self.child.poll() is not None:
            raise Skip(f"systemd-nspawn cannot boot a system here:\n{tail(self.log)}")
        pids = [self.child.pid]
        for pid in pids:
            with contextlib.suppress(OSError):
                folder = pathlib.Path(f"/proc/{pid}")
                if (folder / "comm").read_text(encoding="ascii") == "systemd\n":
                    return pid
                pids += map(int, (folder / f"task/{pid}/children").read_text(encoding="ascii").split())
        return None

    def is_up(self):
        if self.child.poll() is not None:
            raise Skip(f"a system that was booted here ended at once:\n{tail(self.log)}")
        return self.run("systemctl", "is-system-running").out.strip() in ("running", "degraded")

    def join_network(self):
        """From now on this process, and threads that it starts, talk over the container's loopback."""
        with open(f"/proc/{self.leader}/ns/net", encoding="ascii") as namespace:
            if LIBC.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise Failure(f"cannot join the network: {os.strerror(ctypes.get_errno())}")

    def close(self):
        if self.child is not None:
            self.child.kill()  # the kernel kills all processes of the namespace with it
            self.child.wait()
        until(self.cgroups.remove, "the container's cgroup to empty", 20)
        subprocess.run(["umount", "--recursive", "--lazy", self.folder / "mount"], check=False,
                       stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def show(self):
        """What a failure left to read."""
        for words in (["systemctl", "--no-pager", "--failed"], ["journalctl", "--no-pager", "-n", "80"]):
            with contextlib.suppress(Failure, OSError, subprocess.TimeoutExpired):
                print(f"---- {' '.join(words)}\n{self.run(*words).text}", file=sys.stderr)

    # ---- Using it ----

    def run(self, *words, text=None, limit=COMMAND_SECONDS):
        """Runs a command inside, whatever it answers."""
        done = subprocess.run(
            ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--wd=/", "--",
             *map(str, words)],
            input=text, stdin=subprocess.DEVNULL if text is None else None, capture_output=True, text=True,
            check=False, timeout=limit,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive",
                 "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""})
        return Answer(done)

    def do(self, *words, text=None):
        """Runs a command that must succeed; returns what it wrote."""
        answer = self.run(*words, text=text)
        if answer.code != 0:
            raise Failure(f"{' '.join(map(str, words))} ended with {answer.code}:\n{answer.text}")
        return answer.out

    def write(self, path, text, mode=0o644):
        """A file inside, of root's; its folder is made."""
        place = self.path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(mode)

    def path(self, path):
        """Where a file of the system lies as seen from here; not below /run, /tmp, /dev, /proc."""
        return self.root / str(path).lstrip("/")

    def install(self, *packages):
        """Installs or upgrades packages, of the kind that the first one is; returns what was said. A changed conffile stays
        as the administrator left it."""
        inside = [f"/var/cache/{package.name}" for package in packages]
        for package, place in zip(packages, inside):
            shutil.copy(package, self.path(place))
        # The database of rpm knows nothing of what Debian has installed.
        command = {".deb": ("dpkg", "--force-confdef", "--force-confold", "-i"),
                   ".rpm": ("rpm", "--upgrade", "--nodeps")}[packages[0].suffix]
        said = self.do(*command, *inside)
        for place in inside:
            self.path(place).unlink()
        return said

    def show_unit(self, unit, name):
        """A property of a unit, as systemctl show tells it."""
        return self.do("systemctl", "show", "--value", "-p", name, unit).strip()

    def journal(self, unit, *words):
        """What the unit wrote, as a list of the journal's records."""
        self.do("journalctl", "--sync")
        lines = self.do("journalctl", "--output=json", "--no-pager", "-u", unit, *words)
        return [json.loads(line) for line in lines.splitlines()]


def check_machine():
    """Skips where no system can be booted."""
    if os.geteuid() != 0:
        raise Skip("only root can boot a system in a container")
    for program in NEEDED:
        if shutil.which(program) is None:
            raise Skip(f"{program} is not there: see packaging/install-needed package")


def run(test):
    """Runs a test as a program: exit 0 when it holds, 1 when not, 77 when it cannot be run here."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        test()
    except Skip as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
