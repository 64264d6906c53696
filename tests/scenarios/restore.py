"""What docs/upgrade.md says of backing up and restoring: a copy made after a stop goes on as if nothing had happened; an
older copy loses nothing, sends a receiver again what came since, and leaves each entry once in a file that was not rotated
meanwhile; an empty directory begins at `start` again."""

import shutil

from harness import judge, run
from harness.command import slackauditctl
from harness.failure import check, same
from harness.waiting import until

LIVE = 40  # entries a second


class Restorable:
    """One daemon with a file and a receiver, and copies of its state directory."""

    def __init__(self, bench, name):
        self.api = bench.simulator(f"api-{name}", entries=1000, live=LIVE)
        self.archive = bench.archive(f"archive-{name}")
        self.receiver = bench.http_receiver()
        self.source = self.api.source(overlap="60s")
        self.daemon = bench.daemon([self.source], [self.archive.config(), bench.http_output(self.receiver)], name=name)
        self.copies = bench.folder / f"copies-{name}"

    def copy(self, name):
        """As the document says: stopped, the directory as it is."""
        shutil.copytree(self.daemon.state, self.copies / name)

    def restore(self, name):
        shutil.rmtree(self.daemon.state)
        if name is not None:
            shutil.copytree(self.copies / name, self.daemon.state)

    def run_for_a_while(self):
        """Starts it, lets new entries come, and stops it when all of them are delivered."""
        before = len(self.receiver.entries())
        self.daemon.start()
        until(lambda: len(self.receiver.entries()) >= before + 2 * LIVE, "new entries at the receiver")
        self.daemon.wait_delivered()
        self.daemon.stop()

    def shown(self, entries):
        """Those that the API shows, which is all that the daemon can have."""
        return judge.arrived(entries, self.api.expected())

    def check_nothing_lost(self, entries):
        """Whatever lies before the newest that came, came."""
        shown = self.api.expected()
        came = set(entries)
        last = max(index for index, entry in enumerate(shown) if entry in came)
        same([entry for entry in shown[:last] if entry not in came], [], "what is missing")


def goes_on_from_a_fresh_copy(bench):
    scene = Restorable(bench, "fresh")
    scene.run_for_a_while()
    scene.copy("now")
    scene.restore("now")
    scene.run_for_a_while()
    for entries in (scene.archive.lines(), scene.receiver.entries()):
        judge.exactly_once(entries, scene.shown(entries))
        scene.check_nothing_lost(entries)


def an_older_copy(bench):
    scene = Restorable(bench, "older")
    scene.run_for_a_while()
    scene.copy("old")
    had = set(scene.receiver.entries())
    scene.run_for_a_while()
    since = set(scene.receiver.entries()) - had
    check(len(since) >= LIVE, f"only {len(since)} entries since the copy")
    scene.restore("old")
    scene.run_for_a_while()
    scene.daemon.wait_log("not acknowledged before the last stop")
    lines = scene.archive.lines()
    judge.exactly_once(lines, scene.shown(lines), "the file")
    judge.ascending(lines)
    scene.check_nothing_lost(lines)
    entries = scene.receiver.entries()
    scene.check_nothing_lost(entries)
    repeated = {entry for entry in set(entries) if entries.count(entry) > 1}
    same(repeated, since, "what came twice to the receiver: all since the copy, and nothing else")
    # The ledger is as old as the copy.
    told = slackauditctl(bench, "verify", "--source", "acme", "--from", str(scene.api.first_time),
                         config=scene.daemon.config_file)
    check(told.code == 0 and "nothing is wrong" in told.text, f"verify: {told.code} {told.text}")


def an_older_copy_beside_a_rotated_file(bench):
    scene = Restorable(bench, "rotated")
    scene.run_for_a_while()
    scene.copy("old")
    had = set(scene.receiver.entries())
    scene.run_for_a_while()
    scene.archive.path.rename(scene.archive.path.with_name(scene.archive.path.name + ".elsewhere"))
    scene.run_for_a_while()
    since = set(scene.receiver.entries()) - had
    scene.restore("old")
    scene.run_for_a_while()
    lines = scene.archive.lines()
    check(since <= set(lines), "something since the copy is not in the file")
    check(len(lines) > len(set(lines)), "nothing is in the file twice")


def an_empty_directory(bench):
    scene = Restorable(bench, "empty")
    scene.run_for_a_while()
    had = scene.receiver.entries()
    scene.restore(None)
    scene.run_for_a_while()
    entries = scene.receiver.entries()
    check(all(entries.count(entry) == 2 for entry in had), "not everything since `start` came again")
    scene.check_nothing_lost(entries)
    lines = scene.archive.lines()
    check(all(lines.count(entry) == 2 for entry in had), "the file does not have everything since `start` again")


def scenario(bench):
    goes_on_from_a_fresh_copy(bench)
    an_older_copy(bench)
    an_older_copy_beside_a_rotated_file(bench)
    an_empty_directory(bench)


run(scenario)
