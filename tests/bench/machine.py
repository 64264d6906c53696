"""The machine that the run is on."""

import mmap
import os
import platform
import time

MAP_POPULATE = 0x8000  # the mmap module of older Pythons does not name it


def about():
    return {"time": int(time.time()), "processors": os.cpu_count(), "kernel": platform.release(),
            "load": round(os.getloadavg()[0], 2)}


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
