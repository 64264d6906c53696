"""The built RPM packages: their files by name, and what rpm tells of them."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from harness.failure import Failure, Skip

PACKAGES = ("slackauditd", "libslackaudit", "libslackaudit-devel", "slackaudit-sim")


def package_files(folder):
    """The built packages by name."""
    if shutil.which("rpm") is None:
        raise Skip("rpm is not there: see packaging/install-needed package")
    found = {path.name.rsplit("-", 2)[0]: path for path in pathlib.Path(folder).glob("*.rpm")
             if not path.name.endswith(".src.rpm")}
    missing = [name for name in PACKAGES if name not in found]
    if missing:
        raise Skip(f"no packages {missing} in {folder}")
    return {name: found[name] for name in PACKAGES}


def source_package(folder):
    """What the others were built from."""
    found = list(pathlib.Path(folder).glob("*.src.rpm"))
    if len(found) != 1:
        raise Failure(f"one source package is wanted in {folder}, not {found}")
    return found[0]


def rpm(*words, **options):
    """Runs one of rpm's programs, which must succeed; returns what it wrote. Debian's keep a database in the home folder,
    and make it when it is missing."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run([*map(str, words)], capture_output=True, check=False, env={**os.environ, "HOME": home}, **options)
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, words))} ended with {done.returncode}:\n{done.stderr.decode()}")
    return done.stdout


def ask(package, *words):
    """What `rpm --query --package` says, without the line break at its end."""
    return rpm("rpm", "--query", "--package", *words, package).decode().removesuffix("\n")


def tags(package, *names):
    """Values of the header's tags."""
    return ask(package, "--queryformat", "\x1e".join(f"%{{{name}}}" for name in names)).split("\x1e")


def table(package, *names):
    """Tags that are lists of one length, as rows."""
    rows = ask(package, "--queryformat", "[" + "\x1f".join(f"%{{{name}}}" for name in names) + "\x1e]")
    return [row.split("\x1f") for row in rows.split("\x1e") if row]
