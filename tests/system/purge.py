"""The Debian package is purged where its directories have file systems of their own: they are emptied, what belongs to
others stays, and the script comes to its end.

    purge.py --script packaging/debian/slackauditd.postrm

The script runs in a mount namespace, where everything that it touches is empty but for what stands here."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

COVERED = ("/var/lib", "/var/log", "/etc/systemd/system")
MOUNTED = ("/var/lib/slackauditd", "/var/log/slackauditd@other")
GONE = ("/var/lib/slackauditd/store.db", "/var/lib/slackauditd@other/store.db", "/var/log/slackauditd/audit.ndjson",
        "/var/log/slackauditd@other/audit.ndjson",
        "/etc/systemd/system/multi-user.target.wants/slackauditd@other.service")
STAYS = ("/var/lib/slackauditd-notes/store.db", "/etc/systemd/system/slackauditd.service.d/own.conf")
ENDED = "the end of the script"

PREPARE = f"""set -e
mount --make-rprivate /
for covered in {" ".join(COVERED)}; do mkdir -p $covered; mount -t tmpfs none $covered; done
for mounted in {" ".join(MOUNTED)}; do mkdir -p $mounted; mount -t tmpfs none $mounted; done
for file in {" ".join(GONE + STAYS)}; do mkdir -p "${{file%/*}}"; echo text > $file; done
"""
PURGE = f"""
sh "$1" purge || echo "the script fails: $?"
for file in {" ".join(GONE)}; do [ ! -e $file ] || echo "stays: $file"; done
for file in {" ".join(STAYS)}; do [ -e $file ] || echo "is gone: $file"; done
"""


def run_apart(commands, *arguments):
    return subprocess.run(["unshare", "--mount", "sh", "-c", commands, "sh", *arguments], capture_output=True, text=True)


def test():
    parser = argparse.ArgumentParser()
    parser.add_argument("--script", type=pathlib.Path, required=True)
    script = parser.parse_args().script.read_text()
    if os.geteuid() != 0 or run_apart(PREPARE).returncode != 0:
        print("skipped: no mount namespace can be made here")
        sys.exit(77)
    with tempfile.NamedTemporaryFile("w", prefix="slackauditd-postrm-") as file:
        file.write(script.replace("#DEBHELPER#", f"echo {ENDED}"))
        file.flush()
        ended = run_apart(PREPARE + PURGE, file.name)
    print(ended.stdout + ended.stderr)
    if ended.returncode != 0 or ended.stdout.split("\n") != [ENDED, ""]:
        sys.exit("the purge left too much, took too much or failed")


test()
