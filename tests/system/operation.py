"""The installed daemon under a real systemd, in the whole sandbox of its unit: it finds a name by DNS and speaks TLS,
its journal has its fields, a reload takes a good configuration and refuses a bad one with the daemon's own words, kill -9
and the watchdog restart it without loss or repeat, a credential changes by restart, a socket unit holds its listener, an
instance stands beside it, root's commands leave it what it can open.

    operation.py --packages FOLDER"""

import argparse
import pathlib
import re
import time
import urllib.request

from booted import Booted, run
from harness.failure import check, same
from harness.waiting import until
from scene import ARCHIVE, CONFIG, LIVE, UNIT, Scene, package_files

EXAMPLES = "/usr/share/doc/slackauditd/examples"
DROP_INS = "/etc/systemd/system/slackauditd.service.d"
CREDENTIAL = "{credential: acme-token}"
LISTEN = "http: {listen: systemd}\n"
MOST_EXPOSED = 1.4
WATCHDOG_SECONDS = 3
SECOND_ARCHIVE = "/var/log/slackauditd/second.ndjson"
INSTANCE = "slackauditd@umbrella.service"
LETTERS = "/var/lib/slackauditd/dead/archive.ndjson"


def status(path="/readyz"):
    """Asks the listener that systemd holds."""
    with urllib.request.urlopen(f"http://127.0.0.1:9464{path}", timeout=30) as answer:
        return answer.read().decode()


def start(scene):
    """As the administrator would: a token that root alone can read, the shipped drop-in, the socket, the service."""
    system = scene.system
    scene.configure(token=CREDENTIAL, first=LISTEN)
    scene.write_token(owner="root")
    system.do("install", "-D", "-m", "0644", f"{EXAMPLES}/credentials.conf", f"{DROP_INS}/credentials.conf")
    system.do("systemctl", "daemon-reload")
    for name in ("slackauditd.service", "slackauditd@.service", "slackauditd.socket"):
        same(system.do("systemd-analyze", "verify", f"/lib/systemd/system/{name}"), "", f"systemd-analyze of {name}")
    system.do("systemctl", "enable", "--now", "slackauditd.socket")
    system.do("systemctl", "enable", "--now", UNIT)
    scene.check_runs()
    print(f"started: {scene.check_all_arrive()} entries")
    check(scene.names.queries > 0, "no name was looked up by DNS")
    check(scene.front.connections > 0, "nobody spoke TLS")


def check_sandbox(scene):
    """systemd's own judgement, and that the kernel does what the unit asks for."""
    system = scene.system
    told = system.do("systemd-analyze", "security", "--no-pager", UNIT).splitlines()[-1]
    exposure = float(re.search(r"exposure level for \S+ ([0-9.]+)", told)[1])
    print(told)
    check(exposure <= MOST_EXPOSED, f"the exposure is {exposure}, and at most {MOST_EXPOSED} is allowed")
    pid = scene.pid()
    lines = system.do("cat", f"/proc/{pid}/status").splitlines()
    shown = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    wanted = {"NoNewPrivs": "1", "Seccomp": "2", **dict.fromkeys(("CapEff", "CapPrm", "CapBnd", "CapAmb"), "0" * 16)}
    same({name: shown[name] for name in wanted}, wanted, "the process")
    same(shown["Uid"].split(), [system.do("id", "-u", "slackauditd").strip()] * 4, "its user")
    for name in ("mnt", "user", "ipc"):
        ours, others = (system.do("readlink", f"/proc/{each}/ns/{name}") for each in (pid, 1))
        check(ours != others, f"it shares the {name} namespace with the system")
    inside = f"/proc/{pid}/root"
    check(system.run("ls", f"{inside}/proc/sys").code != 0, "it sees /proc/sys")
    mounts = system.do("cat", f"/proc/{pid}/mounts").splitlines()
    check(any(line.split()[1] == "/" and "ro" in line.split()[3].split(",") for line in mounts), "/ is writable for it")
    modes = [system.do("stat", "-c", "%U %a", path).strip()
             for path in ("/var/lib/slackauditd", "/var/log/slackauditd", "/run/slackauditd", ARCHIVE)]
    same(modes, ["slackauditd 700", "slackauditd 750", "slackauditd 750", "slackauditd 640"], "its directories and file")


def check_records(records, priority):
    """Each has the fields that select it, and no others of ours."""
    check(records, "no such record in the journal")
    for record in records:
        shown = [record.get(name) for name in ("PRIORITY", "SYSLOG_IDENTIFIER", "_SYSTEMD_UNIT")]
        same(shown, [priority, "slackauditd", UNIT], f"the record {record['MESSAGE']!r}")
        same(sum(name.startswith("SLACKAUDIT_") for name in record), 1, "fields of a source or output")


def check_journal(scene):
    """What is said of a source or an output can be selected by its name."""
    system = scene.system
    check_records([record for record in system.journal(UNIT, "SLACKAUDIT_SOURCE=acme")
                   if record["MESSAGE"].startswith("has caught up")], "6")
    # Nobody listens there.
    scene.configure(token=CREDENTIAL, first=LISTEN,
                    last='  - {name: siem, type: syslog, address: "tcp://127.0.0.1:9"}\n')
    system.do("systemctl", "reload", UNIT)
    until(lambda: system.journal(UNIT, "SLACKAUDIT_OUTPUT=siem"), "a record of the output", step=0.2)
    check_records(system.journal(UNIT, "SLACKAUDIT_OUTPUT=siem"), "4")


def check_listener(scene):
    """systemd's socket waits while the daemon is restarted."""
    system = scene.system
    same(status(), "ok\n", "/readyz")
    system.do("systemctl", "stop", UNIT)
    # The first to ask starts the service.
    check("slackauditd_" in status("/metrics"), "no metrics over the socket of systemd")
    scene.check_runs()
    system.do("slackauditctl", "health")


def reload_good(scene):
    system = scene.system
    pid = scene.pid()
    scene.configure(token=CREDENTIAL, first=LISTEN, outputs=(("archive", ARCHIVE), ("second", SECOND_ARCHIVE)))
    system.do("systemctl", "reload", UNIT)
    scene.check_runs()
    same(scene.pid(), pid, "the process after a reload")
    until(lambda: scene.lines(SECOND_ARCHIVE), "the new output")
    same(status(), "ok\n", "/readyz after the reload")


def reload_bad(scene):
    """`systemctl reload` fails, the journal says why, and the old configuration goes on."""
    system = scene.system
    pid = scene.pid()
    good = system.path(CONFIG).read_text()
    system.write(CONFIG, good.replace("poll_interval: 1s", "poll_intervall: 1s"))
    check(system.run("systemctl", "reload", UNIT).code != 0, "a wrong configuration is reloaded")
    place = rf"^{re.escape(CONFIG)}:\d+:\d+: sources\[0\]\."
    told = [record["MESSAGE"] for record in system.journal(UNIT, "SYSLOG_IDENTIFIER=slackauditctl")]
    check(any(re.match(place + ".*poll_intervall", text) for text in told), f"the reload does not say why: {told}")
    # This one only the daemon can find: it has the credentials, slackauditctl does not.
    system.write(CONFIG, good.replace("credential: acme-token", "credential: no-such-token"))
    check(system.run("systemctl", "reload", UNIT).code != 0, "a configuration without its credential is reloaded")
    records = [record for record in system.journal(UNIT) if re.match(place + ".*no-such-token", record["MESSAGE"])]
    same({(record["SYSLOG_IDENTIFIER"], record["PRIORITY"]) for record in records},
         {("slackauditctl", "6"), ("slackauditd", "3")}, "who says what is wrong, and how loud")
    same(scene.pid(), pid, "the process after a wrong reload")
    same(system.show_unit(UNIT, "SubState"), "running", "the service after a wrong reload")
    print(f"reloaded: {scene.check_all_arrive()} entries")
    system.write(CONFIG, good)
    system.do("systemctl", "reload", UNIT)
    scene.check_runs()


def kill(scene):
    """It is back after RestartSec."""
    pid = scene.pid()
    scene.system.do("systemctl", "kill", "--signal=KILL", "--kill-who=main", UNIT)
    scene.wait_for_restart(pid)
    scene.check_runs()
    print(f"killed: {scene.check_all_arrive()} entries")


def stall(scene):
    """A loop that does not turn any more is what the watchdog is for."""
    system = scene.system
    # As shipped but for waits that a test need not sit through.
    system.write(f"{DROP_INS}/watchdog.conf", f"[Service]\nWatchdogSec={WATCHDOG_SECONDS}s\nRestartSec=100ms\n")
    system.do("systemctl", "daemon-reload")
    system.do("systemctl", "restart", UNIT)
    pid = scene.pid()
    system.do("systemctl", "kill", "--signal=STOP", "--kill-who=main", UNIT)
    scene.wait_for_restart(pid)
    system.path(f"{DROP_INS}/watchdog.conf").unlink()
    system.do("systemctl", "daemon-reload")
    scene.check_runs()
    texts = [record["MESSAGE"] for record in system.journal(UNIT, "_PID=1")]
    check(any(f"Watchdog timeout (limit {WATCHDOG_SECONDS}s)" in text for text in texts), f"no watchdog: {texts}")
    print(f"stalled: {scene.check_all_arrive()} entries")


def rotate_credential(scene):
    system = scene.system
    scene.change_token("xoxp-second-token")
    scene.write_token(owner="root")
    until(lambda: "invalid_auth" in system.do("slackauditctl", "status", "--json") or
          "401" in system.do("slackauditctl", "status", "--json"), "the refusal of the old token")
    system.do("systemctl", "restart", UNIT)
    scene.check_runs()
    print(f"new token: {scene.check_all_arrive()} entries")
    texts = [record["MESSAGE"] for record in system.journal(UNIT)]
    check(not any("-token\n" in text or "xoxp-" in text for text in texts), "a token stands in the journal")


def run_instance(scene):
    """One organization of its own: nothing shared but the program and the user."""
    system = scene.system
    log = "/var/log/slackauditd@umbrella/acme.ndjson"
    token = "/etc/slackauditd/umbrella.token"
    system.write(token, scene.token + "\n", 0o400)
    system.do("chown", "slackauditd:slackauditd", token)
    scene.configure("/etc/slackauditd/umbrella.yaml", f"{{file: {token}}}", (("archive", log),))
    system.do("systemctl", "enable", "--now", INSTANCE)
    scene.check_runs(INSTANCE)
    print(f"instance: {scene.check_all_arrive(log)} entries")
    told = system.do("slackauditctl", "--config", "/etc/slackauditd/umbrella.yaml", "status", "--json")
    check('"second"' not in told and '"archive"' in told, f"the instance's status is not its own: {told}")
    check('"second"' in system.do("slackauditctl", "status", "--json"), "the service's status is not its own")
    system.do("systemctl", "reload", INSTANCE)
    system.do("systemctl", "stop", INSTANCE)
    scene.check_runs()
    same(system.run("test", "-e", "/run/slackauditd/control.sock").code, 0, "the socket of the service")


def use_fips_drop_in(scene):
    """What the drop-in is for: the kernel's settings are visible."""
    system = scene.system
    system.do("install", "-m", "0644", f"{EXAMPLES}/fips.conf", f"{DROP_INS}/fips.conf")
    system.do("systemctl", "daemon-reload")
    system.do("systemctl", "restart", UNIT)
    scene.check_runs()
    system.do("ls", f"/proc/{scene.pid()}/root/proc/sys/kernel")
    print(f"with fips.conf: {scene.check_all_arrive()} entries, "
          + system.do("systemd-analyze", "security", "--no-pager", UNIT).splitlines()[-1])


def work_as_root(scene):
    """What root does in the store while the service is stopped, leaves nothing that the daemon could not open."""
    system = scene.system
    scene.configure(token=CREDENTIAL, first=LISTEN)
    system.do("systemctl", "stop", UNIT)
    sent = f'{{"id":"letter","date_create":{int(time.time())},"action":"user_login"}}'
    letters = [f'{{"time":"2026-01-01T00:00:00Z","output":"archive","source":"{source}","sequence":1,"id":"letter",'
               f'"reason":"no good","entry":{sent}}}\n' for source in ("acme", "gone")]
    system.write(LETTERS, "".join(letters), 0o600)
    system.do("chown", "-R", "slackauditd:slackauditd", LETTERS.rpartition("/")[0])
    # As after a release that did not have them yet: they are made anew.
    system.do("rm", "/var/lib/slackauditd/reserve", "/var/lib/slackauditd/lock")
    said = system.do("slackauditctl", "deadletter", "retry")
    check("1 letters are on their way" in said and "1 stay" in said, f"the retry says:\n{said}")
    system.do("slackauditctl", "checkpoint", "set", "acme", "-1m", "--redeliver")
    same(system.path(LETTERS).read_text(), letters[1], "the letter that stays")
    same(system.do("find", "/var/lib/slackauditd", "!", "-user", "slackauditd", "-o", "!", "-group", "slackauditd"), "",
         "files of others in the state directory")
    before = len(scene.lines())
    system.do("systemctl", "start", UNIT)
    scene.check_runs()
    until(lambda: sent.encode() in scene.lines(), "the letter")
    until(lambda: len(scene.lines()) > before + 60 * LIVE // 2, "what follows the checkpoint")


def test():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    packages = package_files(parser.parse_args().packages)
    with Booted() as system:
        scene = Scene(system, packages["slackaudit-sim"])
        system.install(packages["slackauditd"])
        for step in (start, check_sandbox, check_listener, reload_good, reload_bad, kill, stall, rotate_credential,
                     run_instance, use_fips_drop_in, check_journal, work_as_root):
            step(scene)


run(test)
