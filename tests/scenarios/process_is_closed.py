"""What the daemon has in memory is closed to other processes of its own user: neither its memory nor its environment can
be read, and it leaves no core dump."""

import os
import shutil
import subprocess

from harness import run
from harness.failure import Skip, check, same
from harness.waiting import until

NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]


def scenario(bench):
    if os.geteuid() != 0:
        raise Skip("only root can be two users")
    api = bench.simulator(entries=100)
    archive = bench.archive()
    daemon = bench.daemon([api.source()], [archive.config()])
    binary = bench.folder / "programs" / "slackauditd"  # where nobody can come
    binary.parent.mkdir()
    shutil.copy(bench.binaries.daemon, binary)
    for folder, names, files in os.walk(bench.folder):
        for name in [folder, *(f"{folder}/{one}" for one in names + files)]:
            os.chown(name, NOBODY, NOBODY)
    as_root = daemon.command
    daemon.command = lambda *words: [*AS_NOBODY, binary, *as_root(*words)[1:]]
    daemon.spawn()
    daemon.wait_delivered()
    owner = os.stat(f"/proc/{daemon.process.pid}/environ").st_uid
    same(owner, 0, "whose /proc/PID is")
    for name in ("environ", "mem", "maps", "fd/0"):
        words = [*AS_NOBODY, "dd", "count=1", "status=none", f"if=/proc/{daemon.process.pid}/{name}"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        check(done.returncode != 0 and "Permission denied" in done.stderr, f"{name} can be read: {done.stderr}")
    # The same of a process that hides nothing, so that the test itself is right.
    other = subprocess.Popen([*AS_NOBODY, "sleep", "60"])
    try:
        read = [*AS_NOBODY, "cat", f"/proc/{other.pid}/environ"]
        until(lambda: subprocess.run(read, capture_output=True, check=False).returncode == 0,
              "the environment of an ordinary process")
    finally:
        other.kill()
        other.wait()
    daemon.stop()


run(scenario)
