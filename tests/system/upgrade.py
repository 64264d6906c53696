"""An upgrade from the package of an earlier commit, in a booted system: the daemon of then writes a state, with one output
caught up and one that is down; the package of today takes it over while the service runs. The walk goes on where it stood,
the backlog is delivered, nothing is lost and nothing comes twice. A kill then leaves the ledger exact.

    upgrade.py --packages FOLDER --earlier FOLDER"""

import argparse
import json
import pathlib
import shutil
import sqlite3

from booted import Booted, run
from earlier_package import EARLIER_CONFIG, EARLIER_VERSION, find_package
from harness import judge
from harness.failure import Skip, check, same
from harness.http_receiver import HttpReceiver, hang
from harness.waiting import until
from scene import ARCHIVE, CONFIG, UNIT, Scene, package_files

STORE = "/var/lib/slackauditd/store.db"


def layout(scene):
    """The version of the store's tables, looked up in a copy: the daemon has the store itself."""
    copy = scene.system.folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("store.db", "store.db-wal"):
        original = scene.system.path(STORE).with_name(name)
        if original.exists():
            shutil.copy(original, copy)
    database = sqlite3.connect(copy / "store.db")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    database.close()
    return version


def ask(scene, *words):
    return json.loads(scene.system.do("slackauditctl", *words, "--json"))["result"]


def backlog(scene, output):
    found = next(one for one in ask(scene, "status")["outputs"] if one["name"] == output)
    return sum(source["backlog_entries"] for source in found["sources"])


def check_runs(scene):
    """Whatever its status says: with a collector that is down it is not all well."""
    shown = [scene.system.show_unit(UNIT, name) for name in ("ActiveState", "SubState")]
    same(shown, ["active", "running"], UNIT)


def run_earlier(scene, package):
    """The daemon of then, whose collector is down."""
    system = scene.system
    system.install(package)
    same(system.do("dpkg-query", "-W", "-f", "${Version}", "slackauditd"), EARLIER_VERSION, "the earlier version")
    collector = HttpReceiver()
    collector.stop()
    scene.configure(last=f"  - {{name: collector, type: http, url: {collector.url}}}\n")
    scene.write_token()
    system.do("systemctl", "enable", "--now", UNIT)
    check_runs(scene)
    print(f"{EARLIER_VERSION}: {scene.check_all_arrive()} entries")
    check(backlog(scene, "collector") > 0, "no backlog for a collector that is down")
    return collector


def upgrade(scene, package):
    system = scene.system
    made, pid = system.path(STORE).stat().st_ino, scene.pid()
    configured = system.path(CONFIG).read_text(encoding="utf-8")
    before, version, waiting = ask(scene, "checkpoint", "show")[0], layout(scene), backlog(scene, "collector")
    said = system.install(package)
    check("does not run yet" not in said, f"the upgrade says what to do at the first installation:\n{said}")
    scene.wait_for_restart(pid)
    check_runs(scene)
    same(system.path(CONFIG).read_text(encoding="utf-8"), configured, "the configuration after the upgrade")
    shipped = system.path(CONFIG + ".dpkg-dist").read_text(encoding="utf-8")
    check(EARLIER_CONFIG not in shipped, "what lies beside it is not what the new package ships")
    same(system.path(STORE).stat().st_ino, made, "the store after the upgrade")
    after = ask(scene, "checkpoint", "show")[0]
    same((after["source"], after["start"]), (before["source"], before["start"]), "the source after the upgrade")
    check(after["checkpoint"] >= before["checkpoint"], f"the checkpoint went from {before} to {after}")
    check(backlog(scene, "collector") >= waiting, "the backlog shrank, and the collector is down")
    now = layout(scene)
    check(now > version, f"the store has version {now} as before: take the package of an earlier commit")
    print(f"upgraded: the store from version {version} to {now}, {waiting} entries waiting")


def deliver(scene, collector):
    """What waited comes, in its order; what is new goes to both."""
    collector.start()
    shown = scene.ask("expected").splitlines()
    until(lambda: set(shown) <= set(collector.entries()), f"{len(shown)} entries at the collector")
    found = collector.entries()
    judge.same_order(found, judge.arrived(found, scene.ask("expected").splitlines()), "the collector")
    print(f"delivered: {len(found)} entries to the collector, {scene.check_all_arrive()} to {ARCHIVE}")
    told = scene.system.do("slackauditctl", "verify", "--source", "acme", "--from", "-3h")
    check("nothing is wrong" in told, f"verify after the upgrade:\n{told}")


def kill_in_flight(scene, collector):
    """In the sandbox of the unit too the ledger knows exactly what was on its way at a kill."""
    system, pid, hung = scene.system, scene.pid(), []

    def judge_request(request):
        if hung:
            return None
        hung.extend(request.entries)
        return hang()

    collector.decide = judge_request
    until(lambda: hung, "a batch in flight")
    system.do("systemctl", "kill", "--signal=KILL", "--kill-who=main", UNIT)
    scene.wait_for_restart(pid)
    until(lambda: set(hung) <= set(collector.entries()), "what was in flight")
    ask_ledger = ("slackauditctl", "verify", "--source", "acme", "--from", "-3h", "--json")
    wanted = sorted(("collector", "possibly_twice", json.loads(entry)["id"]) for entry in hung)
    until(lambda: len(json.loads(system.do(*ask_ledger))["result"]["findings"]) >= len(wanted), "the ledger to know", step=1)
    found = json.loads(system.do(*ask_ledger))["result"]["findings"]
    same(sorted((one["output"], one["finding"], one["id"]) for one in found), wanted, "what verify finds after a kill")
    print(f"killed: {len(wanted)} entries were in flight")


def test():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    parser.add_argument("--earlier", type=pathlib.Path, required=True)
    options = parser.parse_args()
    packages, earlier = package_files(options.packages), find_package(options.earlier)
    if earlier is None:
        raise Skip("no package of an earlier commit: package/build_earlier says why; "
                   "system/package_life upgrades from one that is made of this build")
    with Booted() as system:
        scene = Scene(system, packages["slackaudit-sim"])
        collector = run_earlier(scene, earlier)
        upgrade(scene, packages["slackauditd"])
        deliver(scene, collector)
        kill_in_flight(scene, collector)


run(test)
