"""The machine that the run is on."""

import mmap
import os
import pathlib
import platform
import re
import tempfile
import time

MAP_POPULATE = 0x8000  # the mmap module of older Pythons does not name it
GROUP = pathlib.Path("/sys/fs/cgroup")  # as a container sees its own


def about():
    return {"time": int(time.time()), "processors": len(os.sched_getaffinity(0)),
            "model": processor(), "kernel": platform.release(),
            "load": round(os.getloadavg()[0], 2), "disk": disk()}


def processor():
    """The processor's name, or its architecture where the kernel tells none."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        found = re.search(r"^model name\s*: (.*)", file.read(), re.MULTILINE)
    return found[1] if found else platform.machine()


def use_disk():
    """Temporary folders go to a disk: where /tmp is in memory a sync costs nothing, and a long
    output file takes the memory of the run. TMPDIR has the last word."""
    if "TMPDIR" not in os.environ and os.access("/var/tmp", os.W_OK):
        tempfile.tempdir = "/var/tmp"


def disk():
    """What the temporary folders are on: the kind of file system."""
    folder = os.path.realpath(tempfile.gettempdir())
    best = ("", "unknown")
    with open("/proc/mounts", encoding="utf-8", errors="replace") as mounts:
        for line in mounts:
            _, point, kind = line.split()[:3]
            inside = folder == point or folder.startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best[0]):  # a later mount hides an earlier one
                best = (point, kind)
    return best[1]


def free_disk():
    """Bytes that we may write there."""
    status = os.statvfs(tempfile.gettempdir())
    return status.f_bavail * status.f_frsize


def free_memory():
    """MiB that can be had without anybody's being pushed out or killed."""
    with open("/proc/meminfo", encoding="ascii") as file:
        free = int(re.search(r"^MemAvailable: +(\d+)", file.read(), re.MULTILINE)[1]) >> 10
    try:
        most = int((GROUP / "memory.max").read_text())
        used = int((GROUP / "memory.current").read_text())
    except (OSError, ValueError):  # no limit
        return free
    return min(free, (most - used) >> 20)


def warm(mebibytes):
    """Touches so much memory once and gives it back; returns the seconds a GiB of the first touch
    and of the second. In a virtual machine the first user of a page that the host has not yet given
    pays for that (12 microseconds a page were seen, which doubled the cost of an entry), and
    whether the page cache meets such pages is chance."""
    return [touch(mebibytes) for _ in range(2)]


def touch(mebibytes):
    begin = time.monotonic()
    with mmap.mmap(-1, mebibytes << 20,
                   flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_POPULATE):
        return (time.monotonic() - begin) * 1024 / mebibytes
