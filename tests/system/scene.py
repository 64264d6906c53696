"""What the tests of the packages have in common: the packaged simulator, running in the booted system behind TLS and a
name that only DNS knows; a configuration; the archive that the daemon writes; and judges of it."""

import pathlib
import shutil
import urllib.request

from booted import Booted
from harness import judge
from harness.archive import lines_so_far
from harness.certificates import Authority
from harness.failure import Skip, same
from harness.name_server import NameServer
from harness.tls_front import TlsFront
from harness.waiting import until

PACKAGES = ("slackauditd", "libslackaudit1", "libslackaudit-dev", "slackaudit-sim")
CONFIG = "/etc/slackauditd/slackauditd.yaml"
TOKEN = "/etc/slackauditd/acme.token"
ARCHIVE = "/var/log/slackauditd/acme.ndjson"
UNIT = "slackauditd.service"
NAME = "slack.test"
SIMULATOR_PORT = 8888
LIVE = 20  # entries a second


def package_files(folder):
    """The built packages by name."""
    if shutil.which("dpkg-deb") is None:
        raise Skip("dpkg-deb is not there")
    found = {path.name.split("_")[0]: path for path in pathlib.Path(folder).glob("*.deb")}
    missing = [name for name in PACKAGES if name not in found]
    if missing:
        raise Skip(f"no packages {missing} in {folder}")
    return {name: found[name] for name in PACKAGES}


class Scene:
    """The booted system with the simulator in it. The daemon's package is installed by the test."""

    def __init__(self, system: Booted, simulator):
        self.system = system
        system.install(simulator)
        system.join_network()
        self.names = NameServer(NAME)
        authority = Authority(system.folder / "authority")
        self.front = TlsFront(authority.certificate("server", [f"DNS:{NAME}"]), SIMULATOR_PORT)
        self.authority = authority.file.read_text(encoding="ascii")
        self.token = "xoxp-first-token"
        system.write("/etc/simulator.token", self.token + "\n", 0o600)
        system.do("systemd-run", "--unit=simulator", "slackaudit-sim", "--listen", f"127.0.0.1:{SIMULATOR_PORT}",
                  "--token-file", "/etc/simulator.token", "--calls-per-minute", "0", "--entries", "3000",
                  "--from", "-1h", "--to", "now", "--live", str(LIVE))
        until(self.simulator_answers, "the simulator's answer")

    def ask(self, path, body=None):
        """The simulator's control endpoint."""
        data = None if body is None else body.encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{SIMULATOR_PORT}/_sim/{path}", data, timeout=20) as answer:
            return answer.read()

    def simulator_answers(self):
        try:
            return self.ask("stats")
        except OSError:
            return None

    # ---- The configuration ----

    def source(self, token):
        return f"""
sources:
  - name: acme
    token: {token}
    base_url: https://{NAME}:{self.front.port}/audit/v1/
    start: -2h
    calls_per_minute: 60000
    poll_interval: 1s
    fresh_interval: 200ms
    tls: {{ca_file: /etc/slackauditd/ca.pem}}
"""

    def configure(self, path=CONFIG, token=f"{{file: {TOKEN}}}", outputs=(("archive", ARCHIVE),), first="", last=""):
        """A configuration whose source reads the simulator; `outputs` are names and paths of files, `last` is another."""
        lines = "".join(f"  - {{name: {name}, type: file, path: {place}}}\n" for name, place in outputs)
        self.system.write("/etc/slackauditd/ca.pem", self.authority)
        self.system.write(path, f"{first}{self.source(token)}outputs:\n{lines}{last}")

    def write_token(self, owner="slackauditd"):
        """The token that the simulator takes, for this user alone."""
        self.system.write(TOKEN, self.token + "\n", 0o400)
        self.system.do("chown", f"{owner}:{owner}", TOKEN)

    def change_token(self, token):
        """From now on the simulator takes another token alone."""
        self.token = token
        self.ask("token", token)

    # ---- What arrived ----

    def lines(self, path=ARCHIVE):
        return lines_so_far(self.system.path(path))

    def check_all_arrive(self, path=ARCHIVE):
        """All that the API shows by now comes, and nothing comes twice."""
        shown = self.ask("expected").splitlines()
        until(lambda: set(shown) <= set(self.lines(path)), f"{len(shown)} entries in {path}")
        found = self.lines(path)
        judge.exactly_once(found, judge.arrived(found, self.ask("expected").splitlines()), path)
        return len(found)

    # ---- The unit ----

    def pid(self, unit=UNIT):
        return int(self.system.show_unit(unit, "MainPID"))

    def check_runs(self, unit=UNIT):
        """It said READY=1 and has its status line from the daemon."""
        shown = [self.system.show_unit(unit, name) for name in ("ActiveState", "SubState", "StatusText")]
        if shown[2] == "all sources and outputs are well":
            shown[2] = "polling"  # on a busy machine it has looked after itself by now
        same(shown, ["active", "running", "polling"], unit)

    def wait_for_restart(self, pid, unit=UNIT):
        """The service runs again as another process."""
        def look():
            state = self.system.show_unit(unit, "SubState")
            return state == "running" and self.pid(unit) not in (0, pid)
        until(look, f"another process of {unit}", step=0.2)
