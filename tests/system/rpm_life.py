"""The life of the RPM packages in a booted system: installed, and not running before it is configured; enabled and
started; upgraded from an earlier release with its state, its entries and the administrator's configuration kept; erased,
with nothing left but what the administrator and the daemon made.

    rpm_life.py --packages FOLDER

The system is a Debian one that rpm knows nothing of, so what a package requires is not asked for (rpm_contents.py looks at
it). The earlier release is made by the same specification from the same build, with another shipped configuration."""

import argparse
import pathlib
import re
import subprocess

from booted import Booted, run
from harness.failure import check, same
from life import Life
from rpm_packages import PACKAGES, package_files, rpm, source_package, tags
from scene import ARCHIVE, CONFIG, TOKEN, UNIT

MACROS = pathlib.Path(__file__).resolve().parents[2] / "packaging/rpm/macros.debian"
EARLIER_RELEASE = "0"
EARLIER_CONFIG = "# The configuration that an earlier release shipped."
LIBRARIES = "/usr/lib64"


def make_earlier(packages, source, folder):
    """The packages as an earlier release might have been: the specification's scripts and lists, around files that are
    built already."""
    top, tree = folder / "earlier", folder / "earlier/tree"
    tree.mkdir(parents=True)
    for package in packages.values():
        archive = rpm("rpm2archive", "--nocompression", "-", input=package.read_bytes())
        subprocess.run(["tar", "--extract", "--directory", tree], input=archive, check=True)
    rpm("rpm", "--define", f"_topdir {top}", "--install", source)
    specification = top / "SPECS/slackauditd.spec"
    text = re.sub(r"^Release: .*$", f"Release: {EARLIER_RELEASE}", specification.read_text(), flags=re.MULTILINE)
    # What would build them.
    text = re.sub(r"^%prep$.*?^(?=%if .*\n%pre$)", f"""%install
cp -a {tree}/. %{{buildroot}}
sed -i '1i {EARLIER_CONFIG}' %{{buildroot}}{CONFIG}
cp %{{buildroot}}%{{_defaultlicensedir}}/%{{name}}/LICENSE .

""", text, flags=re.MULTILINE | re.DOTALL)
    specification.write_text(text)
    rpm("rpmbuild", "--nodeps", "--load", MACROS, "--define", f"_topdir {top}", "--define", "_binary_payload w1.gzdio",
        "-bb", specification)
    return package_files(next(top.glob("RPMS/*")))


def prepare(system):
    """What a system of RPM packages has: its database, its presets, its place of libraries."""
    system.write("/etc/rpm/macros.dbpath", "%_dbpath /var/lib/rpm\n")
    system.write("/etc/systemd/system-preset/99-default-disable.preset", "disable *\n")
    system.write("/etc/ld.so.conf.d/libraries.conf", LIBRARIES + "\n")


def install_first(scene, packages):
    """Nothing runs, nothing is enabled, and nothing is said."""
    system = scene.system
    same(system.install(*packages), "", "what the installation said")
    system.do("ldconfig")
    scene.check_idle()
    same(system.do("rpm", "--verify", "--nodeps", *PACKAGES), "", "rpm --verify")
    same(system.do("slackauditd", "--version"), f"slackauditd {tags(packages[0], 'VERSION')[0]}\n", "the version")


def upgrade(scene, packages):
    system = scene.system
    scene.upgrade(packages.values(), CONFIG + ".rpmnew")
    check(EARLIER_CONFIG not in system.path(CONFIG + ".rpmnew").read_text(), "the earlier configuration is beside it")
    same(system.do("rpm", "--query", "--queryformat", "%{RELEASE}\n", *PACKAGES).split(),
         tags(packages["slackauditd"], "RELEASE") * len(PACKAGES), "the releases")


def erase(scene):
    """The programs go and nothing runs; what was written stays: the configuration under another name."""
    system = scene.system
    written = system.path(CONFIG).read_text()
    same(system.do("rpm", "--erase", "slackauditd"), "", "what the removal said")
    scene.check_stopped(TOKEN, ARCHIVE, "/var/lib/slackauditd", "/var/lib/slackauditd@other", "/var/log/slackauditd@other")
    same(system.path(CONFIG + ".rpmsave").read_text(), written, "the configuration that is kept")
    system.do("rpm", "--erase", *(name for name in PACKAGES if name != "slackauditd"))
    same(scene.left(), sorted(f"var/{kind}/{name}" for kind in ("lib", "log")
                              for name in ("slackauditd", "slackauditd@other")), "what is left")
    same(sorted(path.name for path in system.path("/etc/slackauditd").iterdir()),
         ["acme.token", "ca.pem", "other.yaml", "slackauditd.yaml.rpmnew", "slackauditd.yaml.rpmsave"],
         "what is left in /etc/slackauditd")
    same(system.do("systemctl", "--failed", "--no-legend", "--plain"), "", "failed units")
    check(system.run("systemctl", "cat", UNIT).code != 0, "systemd still knows the unit")


def test():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    folder = parser.parse_args().packages
    packages = package_files(folder)
    with Booted() as system:
        earlier = make_earlier(packages, source_package(folder), system.folder)
        prepare(system)
        scene = Life(system, earlier["slackaudit-sim"])
        install_first(scene, [earlier[name] for name in PACKAGES if name != "slackaudit-sim"])
        scene.start_configured()
        upgrade(scene, packages)
        scene.develop("/usr/share/doc/libslackaudit-devel", LIBRARIES.removeprefix("/usr"), f"-L{LIBRARIES}",
                      pkg_config_path=f"{LIBRARIES}/pkgconfig")
        erase(scene)


run(test)
