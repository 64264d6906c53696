"""Builds the daemon's package from the first commit that had packages, for the test that upgrades from it. Its store has an
older layout than today's.

    earlier_package.py --tree TREE --to FOLDER

It goes to FOLDER/COMMIT, and is built once. What the test does not need is left out: the other packages, the simulator,
the library, the optimizer. The version is lower than any that was released, and the shipped configuration another one, as
after a release that changed it. Exits 77 where the history cannot be read: in a tree without git, or a shallow clone."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

EARLIER_VERSION = "0.0.1~earlier"
EARLIER_CONFIG = "# The configuration that an earlier version shipped.\n"


class NoHistory(Exception):
    """Why there is no earlier commit to build from."""


def git(tree, *words):
    done = subprocess.run(["git", "-c", "safe.directory=*", "-C", tree, *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoHistory(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def find_commit(tree):
    """The first commit that had packages."""
    if shutil.which("git") is None:
        raise NoHistory("no git")
    if git(tree, "rev-parse", "--is-shallow-repository") != "false":
        raise NoHistory("this is a shallow clone, without the commits of before")
    commits = git(tree, "log", "--diff-filter=A", "--format=%H", "--", "packaging/debian/rules").split()
    if not commits or commits[-1] == git(tree, "rev-parse", "HEAD"):
        raise NoHistory("no earlier commit that has packages")
    return commits[-1]


def change(path, function):
    path.write_text(function(path.read_text(encoding="utf-8")), encoding="utf-8")


def keep_one_package(text):
    """Of debian/control, what is said of the source and of the daemon's package."""
    return "\n\n".join(part for part in text.strip().split("\n\n")
                       if part.startswith("Source:") or part.startswith("Package: slackauditd\n")) + "\n"


def keep_one_component(text):
    """Of debian/rules, the installation of the programs, of which it then builds no others."""
    kept = [line for line in text.splitlines()
            if not re.search(r"debian/(slackaudit-sim|libslackaudit)", line)]
    return "\n".join(kept) + "\n\noverride_dh_auto_build:\n\tdh_auto_build -- slackauditd slackauditctl\n"


def prepare(tree, commit, source):
    """The commit's tree, ready for dpkg-buildpackage."""
    source.mkdir()
    archive = subprocess.Popen(["git", "-c", "safe.directory=*", "-C", tree, "archive", commit], stdout=subprocess.PIPE)
    subprocess.run(["tar", "--extract", "--directory", source], stdin=archive.stdout, check=True)
    if archive.wait() != 0:
        raise NoHistory(f"git archive {commit} failed")
    debian = source / "debian"
    shutil.copytree(source / "packaging/debian", debian)
    change(debian / "control", keep_one_package)
    change(debian / "rules", keep_one_component)
    change(source / "config/slackauditd.yaml", lambda text: EARLIER_CONFIG + text)
    date = git(tree, "log", "-1", "--format=%cD", commit)
    maintainer = re.search(r"^Maintainer: (.*)$", (debian / "control").read_text(encoding="utf-8"), re.MULTILINE)[1]
    (debian / "changelog").write_text(f"slackauditd ({EARLIER_VERSION}) unstable; urgency=medium\n\n"
                                      f"  * As of commit {commit}.\n\n -- {maintainer}  {date}\n", encoding="utf-8")


def build(tree, commit, folder):
    with tempfile.TemporaryDirectory(prefix="slackauditd-earlier-") as work:
        source = pathlib.Path(work) / "source"
        prepare(tree, commit, source)
        made = subprocess.run(["dpkg-buildpackage", "--build=binary", "--no-sign"], cwd=source, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "DEB_BUILD_OPTIONS":
                                   f"parallel={os.environ.get('JOBS', '2')} noddebs noopt"})
        if made.returncode != 0:
            sys.exit(f"{made.stdout}\nthe package of commit {commit} cannot be built")
        folder.mkdir(parents=True)
        for package in pathlib.Path(work).glob("slackauditd_*.deb"):
            shutil.move(package, folder)


def find_package(folder):
    """What was built: the newest package below the folder, or None."""
    return max(pathlib.Path(folder).glob("*/slackauditd_*.deb"), key=lambda path: path.stat().st_mtime, default=None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", required=True)
    parser.add_argument("--to", type=pathlib.Path, required=True)
    options = parser.parse_args()
    try:
        commit = find_commit(options.tree)
    except NoHistory as reason:
        print(f"skipped: no package of an earlier commit: {reason}")
        sys.exit(77)
    if shutil.which("dpkg-buildpackage") is None or shutil.which("dh") is None:
        print("skipped: no dpkg-buildpackage or debhelper: packaging/install-needed package")
        sys.exit(77)
    folder = options.to / commit
    if not list(folder.glob("*.deb")):
        shutil.rmtree(folder, ignore_errors=True)
        build(options.tree, commit, folder)
    print(f"{next(folder.glob('*.deb'))} (its source is commit {commit})")


if __name__ == "__main__":
    main()
