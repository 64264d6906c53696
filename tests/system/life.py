"""What the life of a package has in common, whatever its kind: what holds when it is installed, upgraded and removed."""

from harness.failure import check, same
from scene import CONFIG, UNIT, Scene

INSTANCE = "slackauditd@other.service"


class Life(Scene):
    """The scene of a package's life."""

    def check_idle(self):
        """Installed, and not running before it is configured: systemd knows the units, none is enabled."""
        system = self.system
        same(system.run("systemctl", "is-enabled", UNIT, "slackauditd.socket").out.split(), ["disabled"] * 2, "enabled")
        same(system.run("systemctl", "is-active", UNIT, "slackauditd.socket").out.split(), ["inactive"] * 2, "active")
        user = system.do("getent", "passwd", "slackauditd").strip().split(":")
        same(user[5:], ["/var/lib/slackauditd", "/usr/sbin/nologin"], "the user")
        same(system.do("stat", "-c", "%U %G %a", "/var/lib/slackauditd", "/var/log/slackauditd").splitlines(),
             ["slackauditd slackauditd 700", "slackauditd slackauditd 750"], "the directories")

    def start_configured(self):
        """As the administrator would: the service, and an instance beside it."""
        system = self.system
        self.configure()
        self.write_token()
        same(system.do("runuser", "-u", "slackauditd", "--", "slackauditd", "--test"), "", "slackauditd --test")
        system.do("systemctl", "enable", "--now", UNIT)
        self.check_runs()
        print(f"started: {self.check_all_arrive()} entries")
        system.do("cp", "-p", CONFIG, "/etc/slackauditd/other.yaml")
        with open(system.path("/etc/slackauditd/other.yaml"), "r+", encoding="utf-8") as file:
            text = file.read().replace("/var/log/slackauditd/", "/var/log/slackauditd@other/")
            file.seek(0)
            file.write(text)
        system.do("systemctl", "enable", "--now", INSTANCE)
        self.check_runs(INSTANCE)

    def develop(self, documents, library, *flags, pkg_config_path=""):
        """A program of the examples, which lie among these documents, is built by `pkg-config` and these flags, and finds
        the library in this folder."""
        system = self.system
        told = system.do("env", f"PKG_CONFIG_PATH={pkg_config_path}", "pkg-config", "--cflags", "--libs", "slackaudit")
        system.do("cc", "-o", "/srv/first", f"{documents}/examples/first.c", *flags, *told.split())
        linked = system.do("ldd", "/srv/first").replace(" /usr/lib", " /lib")  # which is the same folder
        check(f"libslackaudit.so.1 => {library}" in linked and "not found" not in linked, f"the example is linked with {linked}")

    def databases(self):
        """The store's files, as the same ones they remain."""
        found = {path.name: path.stat().st_ino for path in self.system.path("/var/lib/slackauditd").glob("*.db")}
        check(found, "the store has no database")
        return found

    def upgrade(self, packages, shipped):
        """Installs later packages: the service and its instance go on as other processes with their state, and what the
        administrator wrote stays, with the shipped configuration in a file beside it that is called `shipped`. Returns
        what the installation said."""
        system = self.system
        written = system.path(CONFIG).read_text()
        pids = [self.pid(), self.pid(INSTANCE)]
        made = self.databases()
        said = system.install(*packages)
        for unit, pid in zip((UNIT, INSTANCE), pids):
            self.wait_for_restart(pid, unit)
            self.check_runs(unit)
            same(system.run("systemctl", "is-enabled", unit).out, "enabled\n", f"{unit} after the upgrade")
        same(system.path(CONFIG).read_text(), written, "the configuration after the upgrade")
        check(system.path(shipped).exists(), f"the shipped configuration is not {shipped}")
        same(self.databases(), made, "the store after the upgrade")
        print(f"upgraded: {self.check_all_arrive()} entries")
        return said

    def check_stopped(self, *kept):
        """The programs are gone and nothing runs; these files stay."""
        programs = self.system.do("sh", "-c", "cat /proc/[0-9]*/comm 2> /dev/null || true").split()
        check("systemd" in programs and "slackauditd" not in programs, f"after the removal there runs {programs}")
        check(not self.system.path("/usr/bin/slackauditd").exists(), "the program is still there")
        for path in kept:
            check(self.system.path(path).exists(), f"{path} went with the removal")

    def left(self):
        """What of the packages or the daemon is still there, the folder of the configuration and its files apart."""
        system = self.system
        found = {str(path.relative_to(system.root)) for top in ("etc", "var", "usr", "lib/systemd")
                 for path in system.path(top).rglob("*slackaudit*")}
        # The machine's own temporary files show through.
        return sorted(path for path in found if not path.startswith(("etc/slackauditd", "var/tmp/")))
