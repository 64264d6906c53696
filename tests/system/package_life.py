"""The life of the Debian packages in a booted system: installed, and not running before it is configured; enabled and
started; upgraded from an earlier version with its state, its entries and the administrator's configuration kept; removed;
purged, with nothing left but what the administrator made.

    package_life.py --packages FOLDER

The earlier version is made of the same build: with a lower version and another shipped configuration."""

import argparse
import pathlib
import re
import subprocess

from booted import Booted, run
from harness.failure import check, same
from life import Life
from scene import ARCHIVE, CONFIG, PACKAGES, TOKEN, UNIT, package_files

EARLIER_VERSION = "0.0.9"


def make_earlier(package, folder):
    """The package as an earlier version might have been."""
    tree = folder / f"earlier-{package.name}"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    text = re.sub(r"^Version: .*$", f"Version: {EARLIER_VERSION}", control.read_text(), flags=re.MULTILINE)
    control.write_text(re.sub(r"\(= [^)]*\)", f"(= {EARLIER_VERSION})", text))
    shipped = tree / CONFIG.lstrip("/")
    if shipped.exists():
        shipped.write_text("# The configuration that an earlier version shipped.\n" + shipped.read_text())
    made = folder / f"{package.name.split('_')[0]}_{EARLIER_VERSION}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, made], check=True,
                   stdout=subprocess.DEVNULL)
    return made


def install_first(scene, packages):
    """Nothing runs, nothing is enabled, and dpkg's output says what to do."""
    system = scene.system
    said = system.install(*packages)
    check("does not run yet: it wants a configuration and a token" in said, f"the installation said:\n{said}")
    scene.check_idle()
    same(system.do("dpkg", "--verify", *PACKAGES), "", "dpkg --verify")


def start_unconfigured(scene):
    """It ends with the configuration's error, once: systemd does not try again."""
    system = scene.system
    check(system.run("systemctl", "start", UNIT).code != 0, "it starts without a token")
    shown = [system.show_unit(UNIT, name) for name in ("SubState", "ExecMainStatus", "NRestarts")]
    same(shown, ["failed", "78", "0"], "the unit without a token")
    texts = [record["MESSAGE"] for record in system.journal(UNIT)]
    wanted = re.compile(rf"{re.escape(CONFIG)}:\d+:\d+: sources\[0\]\.token: cannot open {re.escape(TOKEN)}: ")
    check(any(wanted.match(text) for text in texts), f"the journal does not tell what is missing: {texts}")


def upgrade(scene, packages):
    """The service goes on with its state; what the administrator wrote stays."""
    said = scene.upgrade(packages, CONFIG + ".dpkg-dist")
    check("does not run yet" not in said, f"the upgrade says what to do at the first installation:\n{said}")
    check(EARLIER_VERSION not in scene.system.do("dpkg-query", "-W", *PACKAGES), "the earlier version is still there")


def use(scene):
    """What the packages brought is in its place: library, manual, completions."""
    system = scene.system
    scene.develop("/usr/share/doc/libslackaudit-dev", "/lib")
    for page in ("man8/slackauditd.8", "man5/slackauditd.yaml.5", "man1/slackauditctl.1", "man1/slackaudit-sim.1", "man3/libslackaudit.3"):
        check(system.path(f"/usr/share/man/{page}.gz").exists(), f"no manual page {page}")
    for program in ("slackauditd", "slackauditctl", "slackaudit-sim"):
        for file in (f"bash-completion/completions/{program}", f"zsh/vendor-completions/_{program}",
                     f"fish/vendor_completions.d/{program}.fish"):
            check(system.path(f"/usr/share/{file}").exists(), f"no completions {file}")


def remove(scene):
    """The programs go and nothing runs; configuration, store and entries stay."""
    scene.system.do("dpkg", "--remove", "slackauditd")
    scene.check_stopped(CONFIG, TOKEN, "/var/lib/slackauditd", ARCHIVE, "/var/lib/slackauditd@other")


def purge(scene):
    """Only what the administrator made stays."""
    system = scene.system
    system.do("dpkg", "--purge", *PACKAGES)
    same(scene.left(), [], "what is left")
    same(sorted(path.name for path in system.path("/etc/slackauditd").iterdir()),
         ["acme.token", "ca.pem", "other.yaml"], "what is left in /etc/slackauditd")
    same(system.do("systemctl", "--failed", "--no-legend", "--plain"), "", "failed units")


def test():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    packages = package_files(parser.parse_args().packages)
    with Booted() as system:
        scene = Life(system, packages["slackaudit-sim"])
        install_first(scene, [make_earlier(package, system.folder) for package in packages.values()])
        start_unconfigured(scene)
        scene.start_configured()
        upgrade(scene, packages.values())
        use(scene)
        remove(scene)
        purge(scene)


run(test)
