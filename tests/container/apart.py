"""Namespaces of its own for a test that runs containers: whatever it mounts or starts ends with it, however that ends,
and no container, network or state of this machine's own engines is seen or touched."""

import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenarios"))
from harness import machine  # noqa: E402
from harness.failure import Skip  # noqa: E402

INSIDE = "SLACKAUDITD_ISOLATED"
RESOLVE = pathlib.Path("/etc/resolv.conf")
CGROUPS = pathlib.Path("/sys/fs/cgroup")
SIOCSIFFLAGS = 0x8914
IFF_UP = 1


def isolate(*programs, network=True):
    """Begins this script anew in namespaces of its own, where the call does nothing more than to prepare them. Without
    `network` only a loopback is there. Skips where that cannot be."""
    if os.geteuid() != 0:
        raise Skip("only root can build and run containers here")
    for program in ("unshare", *programs):
        if shutil.which(program) is None:
            raise Skip(f"{program} is not there: see packaging/install-needed package")
    if INSIDE not in os.environ:
        own = ["--mount", "--pid", *([] if network else ["--net"])]
        os.environ[INSIDE] = "1"
        sys.stdout.flush()
        os.execvp("unshare", ["unshare", *own, "--fork", "--kill-child=KILL", "--mount-proc", sys.executable, "-B",
                              *sys.argv])
    machine.mount("--make-rprivate", "/")
    names = RESOLVE.resolve()
    servers = names.read_bytes() if names.exists() else b""
    for place in ("/run", "/dev/shm"):  # locks and state of the machine's own engines
        machine.mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", place)
    names.parent.mkdir(parents=True, exist_ok=True)  # it may have been below /run
    if not network:
        raise_loopback()
        servers = b"nameserver 127.0.0.1\n"
    resolve = pathlib.Path("/run/resolv.conf")
    resolve.write_bytes(servers)
    if not names.exists():
        names.touch()
    machine.mount("--bind", resolve, names)
    # crun knows version 1 and version 2, and refuses a machine that has both.
    if os.path.ismount(CGROUPS / "unified"):
        subprocess.run(["umount", CGROUPS / "unified"], check=True)


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anything:
        fcntl.ioctl(anything, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
