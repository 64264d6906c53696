"""The image is as small and as bare as it can be: a user that is not root by number, a health check without a shell,
labels, no program that gives rights away, nothing of what it was built with, and all that the programs need.

    image.py --image FOLDER"""

import argparse
import json
import os
import pathlib
import re
import stat
import sys

from apart import isolate
from engine import USER
from harness.failure import Failure, Skip, check, same
from storage import BASE, IMAGE, Storage

TREE = pathlib.Path(__file__).resolve().parents[2]
OWN = ("usr/bin/slackauditd", "usr/bin/slackauditctl", "usr/share/doc/slackauditd/LICENSE",
       "usr/share/doc/slackauditd/slackauditd.full.yaml")
STRANGERS = ("gcc", "cc", "cpp", "as", "ld", "make", "cmake", "ninja", "git", "python3", "curl", "wget", "pkg-config",
             "slackaudit-sim", "openssl-dev")
VERSIONED = ("packaging/container/compose.yaml", "packaging/container/kubernetes.yaml", "docs/container.md")
MOST_ADDED = 48 << 20  # bytes on top of the base


def settings(storage):
    return json.loads(storage.buildah("inspect", "--type", "image", IMAGE))["Docker"]["config"]


def check_settings(config):
    same(config["User"], f"{USER}:{USER}", "the user, by number")
    same(config["Entrypoint"], ["/usr/bin/slackauditd"], "the entry point, without a shell")
    check(not config.get("Cmd"), f"a command behind the entry point: {config.get('Cmd')}")
    same(list(config["Volumes"]), ["/var/lib/slackauditd"], "volumes")
    same(config["StopSignal"], "SIGTERM", "the signal to stop")
    same(list(config["ExposedPorts"]), ["9464/tcp"], "ports")
    same(config["Healthcheck"]["Test"], ["CMD", "/usr/bin/slackauditctl", "health"], "the check, without a shell")
    text = (TREE / "CMakeLists.txt").read_text(encoding="utf-8")
    version = re.search(r"^project\(slackauditd VERSION (\S+)", text, re.MULTILINE)[1]
    for place in VERSIONED:
        named = set(re.findall(r"slackauditd:(\d[\d.]*)", (TREE / place).read_text(encoding="utf-8")))
        same(named, {version}, f"the version of the image in {place}")
    labels = {name.removeprefix("org.opencontainers.image."): text for name, text in config["Labels"].items()}
    same([labels["version"], labels["title"], labels["licenses"]], [version, "slackauditd", "MIT"], "labels")
    same([name for name in config["Env"] if not name.startswith("PATH=")], [], "variables")


def files_below(root):
    """Every path below it with what it is; a link is not followed."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = pathlib.Path(folder, name)
            yield path.relative_to(root), path.lstat()


def size_of(files):
    return sum(status.st_size for status in files.values() if stat.S_ISREG(status.st_mode))


def check_rights(files):
    special = [str(path) for path, status in files.items()
               if stat.S_ISREG(status.st_mode) and status.st_mode & (stat.S_ISUID | stat.S_ISGID)]
    same(special, [], "programs that change their user")
    mine = [str(path) for path, status in files.items() if USER in (status.st_uid, status.st_gid)]
    same(mine, [], "files that the daemon could change")
    for name in OWN[:2]:
        status = files[pathlib.Path(name)]
        same([oct(status.st_mode & 0o7777), status.st_uid], ["0o755", 0], name)


def check_directories(root):
    for name, wanted in (("var/lib/slackauditd", 0o700), ("var/log/slackauditd", 0o750)):
        found = (root / name).stat()
        same([found.st_mode & 0o7777, found.st_uid, found.st_gid], [wanted, USER, USER], name)
    same(list((root / "etc/slackauditd").iterdir()), [], "configuration in the image")
    users = (root / "etc/passwd").read_text(encoding="utf-8")
    check(f"slackauditd:x:{USER}:{USER}:" in users, f"no name for the user in /etc/passwd:\n{users}")


def check_bare(root, files):
    programs = {path.name for path in files if path.parent.name in ("bin", "sbin")}
    same(sorted(programs & set(STRANGERS)), [], "programs that have no business here")
    check(len(programs) > 50, "no programs were found at all")
    for folder in ("usr/include", "slackauditd", "var/lib/apt/lists", "var/cache/apt/archives"):
        left = [path for path in (root / folder).rglob("*") if path.is_file() and path.name != "lock"] \
            if (root / folder).exists() else []
        same(left, [], f"left in /{folder}")


def linked_with(storage, container, program):
    """The names of the libraries that the image's own loader finds for the program."""
    told = storage.buildah("run", "--isolation", "chroot", container, "/usr/bin/ldd", f"/{program}")
    check("not found" not in told, f"{program} lacks a library:\n{told}")
    return set(re.findall(r"=> /\S*/(\S+)", told))


def check_packages(storage, container):
    """Each package that is asked for has a library that a program is linked with."""
    asked = re.search(r"install -y -qq --no-install-recommends \\\n(.*?) \\\n",
                      (TREE / "packaging/container/Containerfile").read_text(encoding="utf-8"), re.DOTALL)[1].split()
    linked = {name for program in OWN[:2] for name in linked_with(storage, container, program)}
    for package in asked:
        if package == "ca-certificates":
            continue
        listed = storage.buildah("run", "--isolation", "chroot", container, "/usr/bin/dpkg", "-L", package).split()
        names = {pathlib.Path(path).name for path in listed}
        check(names & linked, f"nothing is linked with {package}")
    print(f"asked for: {' '.join(asked)}")


def check_image(storage):
    config = settings(storage)
    check_settings(config)
    containers = {name: storage.buildah("from", "--pull-never", name).strip() for name in (BASE, IMAGE)}
    base, image = (pathlib.Path(storage.buildah("mount", containers[name]).strip()) for name in (BASE, IMAGE))
    base_files, files = dict(files_below(base)), dict(files_below(image))
    for name in OWN:
        check(pathlib.Path(name) in files, f"/{name} is not there")
    authorities = (image / "etc/ssl/certs/ca-certificates.crt").read_text(encoding="ascii")
    check(authorities.count("BEGIN CERTIFICATE") > 50, "TLS would trust few authorities")
    check_rights(files)
    check_directories(image)
    check_bare(image, files)
    check_packages(storage, containers[IMAGE])
    added = size_of(files) - size_of(base_files)
    print(f"size: {size_of(files) / (1 << 20):.0f} MiB, of which {added / (1 << 20):.1f} MiB are on top of the base; "
          f"programs: {sum(files[pathlib.Path(name)].st_size for name in OWN[:2]) >> 10} KiB")
    check(added <= MOST_ADDED, f"{added} bytes on top of the base are more than {MOST_ADDED}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--image", type=pathlib.Path, required=True)
    folder = parser.parse_args().image.resolve()
    try:
        isolate("buildah", network=False)
        storage = Storage(folder)
        if not storage.has(IMAGE):
            raise Skip(f"no image in {folder}: container/build makes it")
        try:
            check_image(storage)
        finally:
            storage.clear()
    except Skip as reason:
        print(f"skipped: {reason}")
        return 77
    except Failure as why:
        print(why)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
