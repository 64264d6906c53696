"""What only root can do to the machine: mounts, in a namespace of their own, which nobody else sees
and which is gone with the scenario; cgroups."""

import contextlib
import ctypes
import os
import socket
import subprocess
import threading

from .failure import Skip

CLONE_NEWNS = 0x00020000


def own_mounts():
    """From now on this process and those it starts have mounts of their own."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise Skip(f"no mount namespace for this user: {os.strerror(ctypes.get_errno())}")
    mount("--make-rprivate", "/")


def mount(*arguments):
    answer = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True,
                            check=False)
    if answer.returncode != 0:
        raise Skip(f"mount is not allowed here: {answer.stderr.strip()}")


def mount_for(bench, *arguments):
    """A mount below the bench's folder, taken away before that is. The last argument is where."""
    mount(*arguments)
    bench.cleanup.callback(subprocess.run, ["umount", "--lazy", str(arguments[-1])], check=False)


def small_disk(bench, folder, size):
    """Puts a file system of this size (`16m`) there. Needs own_mounts()."""
    folder.mkdir(exist_ok=True)
    mount_for(bench, "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", folder)


def remount(folder, options):
    """Changes it: `size=32m`, `ro`, `rw`."""
    mount("-o", f"remount,{options}", folder)


def remove_cgroups(folders):
    """With those in them. One that is in use stays."""
    for folder in folders:
        for inner, _, _ in os.walk(folder, topdown=False):
            with contextlib.suppress(OSError):  # a process in it ends just now
                os.rmdir(inner)


class SilentNameServer:
    """The only name server there is, and it never answers. Needs own_mounts()."""

    def __init__(self, folder):
        # Each run has an address of its own in the net of the loopback, because port 53 is fixed.
        number = os.getpid()
        self.address = f"127.77.{number >> 8 & 255}.{number & 255}"
        self.queries = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self.socket.bind((self.address, 53))
        except OSError as error:
            raise Skip(f"no name server on {self.address}: {error}") from None
        resolv, switch = folder / "resolv.conf", folder / "nsswitch.conf"
        resolv.write_text(f"nameserver {self.address}\noptions timeout:30 attempts:1\n")
        switch.write_text("hosts: dns\n")
        mount("--bind", resolv, "/etc/resolv.conf")
        mount("--bind", switch, "/etc/nsswitch.conf")
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            self.socket.recv(4096)
            self.queries += 1
