"""A state directory that is corrupt, read-only or in use: a clear message and exit 73; nothing is
overwritten; what was there goes on where it can again."""

import os

from harness import judge, machine, run
from harness.failure import Skip, check, same


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(daemon, words, codes=(73,)):
    """Starts it, and it must refuse."""
    start = daemon.log_size()
    daemon.spawn()
    code = daemon.process.wait(20)
    text = daemon.log_text(start)
    check(code in codes, f"exit code {code}: {text}")
    check(any(word in text for word in words), f"none of {words} in: {text}")


def corrupt(daemon):
    """Spoils the middle of the database."""
    database = max((path for path in daemon.state.iterdir() if path.is_file()
                    and path.read_bytes()[:15] == b"SQLite format 3"),
                   key=lambda path: path.stat().st_size)
    content = database.read_bytes()
    middle = len(content) // 2
    spoiled = content[:middle] + os.urandom(len(content) - middle)
    database.write_bytes(spoiled)
    return database, content


def scenario(bench):
    api = bench.simulator(entries=3000, live=20)
    archive = bench.archive()
    daemon = bench.daemon(sources=[api.source()], outputs=[archive.config()])
    daemon.once()

    database, content = corrupt(daemon)
    before = contents(daemon.state)
    refused(daemon, ["damaged"])
    same(contents(daemon.state).get(database), before[database], "the corrupt database afterwards")
    check(set(before) <= set(contents(daemon.state)), "something was removed")
    database.write_bytes(content)
    daemon.once()

    # A second daemon on the same state.
    daemon.start()
    other = bench.daemon(sources=[api.source()], outputs=[archive.config()], name="second",
                         state_dir=str(daemon.state))
    refused(other, ["lock", "another", "in use"])
    daemon.wait_delivered()
    daemon.stop()

    try:
        machine.own_mounts()
        machine.mount_for(bench, "--bind", daemon.state, daemon.state)
        machine.remount(daemon.state, "bind,ro")
    except Skip as reason:
        print(f"without the read-only part: {reason}")
    else:
        before = contents(daemon.state)
        # The check of the configuration sees it first.
        refused(daemon, ["read-only", "Read-only"], codes=(73, 78))
        same(contents(daemon.state), before, "the state after the read-only run")
        machine.remount(daemon.state, "bind,rw")
    daemon.once()
    lines = archive.lines()
    check(len(set(lines)) == len(lines), "an entry came twice")
    last = api.stats()["now"] - 3
    check(set(api.expected(latest=last)) <= set(lines), "something was lost")
    judge.ascending(lines)


run(scenario)
