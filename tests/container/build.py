"""packaging/container/Containerfile builds as docs/container.md says, on a Debian 12 that mmdebstrap makes here:
neither a container engine nor a registry of images is needed. The image stays in FOLDER for the tests that look at it.

    build.py --folder FOLDER"""

import argparse
import pathlib
import re
import subprocess
import sys
import time

from apart import isolate
from harness.failure import Failure, Skip
from storage import BASE, IMAGE, Storage

TREE = pathlib.Path(__file__).resolve().parents[2]
RELEASE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
UNREACHED = re.compile(r"Failed to fetch|Unable to fetch|Temporary failure resolving|Could not connect")
# How this machine reaches its mirror. What else apt is told here is the machine's own affair.
REACH = re.compile(r"Acquire::(http|https|Check-\w+|ForceIPv4|ForceIPv6|Retries)\b.*;")


def lines_of(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()


def mirror():
    """The one that this machine installs this release from, else Debian's own."""
    told = [line.split() for line in
            lines_of("apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages")]
    return next((address for release, address in told if release == RELEASE), MIRROR)


def make_base(storage):
    """The base image under the name that the Containerfile asks for. As in Debian's own, dpkg does not sync."""
    reach = storage.folder / "apt.conf"
    reach.write_text("".join(line + "\n" for line in lines_of("apt-config", "dump") if REACH.fullmatch(line)),
                     encoding="utf-8")
    tar = storage.folder / "base.tar"
    made = subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io",
                           f"--aptopt={reach}", RELEASE, tar, mirror()], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        tar.unlink(missing_ok=True)
        raise Skip(f"mmdebstrap cannot make a Debian here: {(made.stdout + made.stderr)[-800:]}")
    container = storage.buildah("from", "scratch").strip()
    storage.buildah("add", "--quiet", container, tar, "/")
    storage.buildah("config", "--cmd", "bash", container)
    storage.buildah("commit", "--quiet", "--rm", container, BASE)
    tar.unlink()


def build(storage):
    try:
        storage.buildah("build", "--isolation", "chroot", "--pull-never", "--format", "docker", "--tag", IMAGE,
                        "--file", TREE / "packaging/container/Containerfile", TREE)
    except Failure as why:
        storage.buildah("rm", "--all")
        if UNREACHED.search(str(why)):
            raise Skip(f"no registry of packages is reached from here: {why}") from None
        raise
    storage.buildah("rmi", "--prune")  # the image before


def timed(what, step, storage):
    began = time.monotonic()
    step(storage)
    print(f"{what}: {time.monotonic() - began:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    folder = parser.parse_args().folder.resolve()
    try:
        isolate("buildah", "mmdebstrap")
        storage = Storage(folder)
        storage.clear()
        if not storage.has(BASE):
            timed("base", make_base, storage)
        timed("image", build, storage)
    except Skip as reason:
        print(f"skipped: {reason}")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
