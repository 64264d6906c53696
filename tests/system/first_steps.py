"""docs/quick-start.md with a real systemd, from the package to entries in rsyslog: the commands of its steps, typed as they
stand there by root, with the simulator in the place of Slack.

    first_steps.py --packages FOLDER"""

import argparse
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "docs"))

from booted import Booted, run  # noqa: E402
from documents import TREE, fenced_blocks, section  # noqa: E402
from harness import judge  # noqa: E402
from harness.certificates import Authority  # noqa: E402
from harness.failure import check, same  # noqa: E402
from harness.waiting import until  # noqa: E402
from scene import ARCHIVE, CONFIG, NAME, Scene, package_files  # noqa: E402

DOCUMENT = TREE / "docs/quick-start.md"
RECEIVER = "siem.example.com"
DROP_IN = "/etc/systemd/system/slackauditd.service.d/wrong.conf"
RECEIVED = "/var/log/slack.ndjson"


def blocks(heading, language="sh"):
    text = section(DOCUMENT, heading)
    return [block.text for block in fenced_blocks(DOCUMENT, language) if block.text in text]


def type_in(system, commands, text=None):
    """What a person types into a shell of root's; the first that fails ends it."""
    return system.run("bash", "-eu", "-c", commands, text=text)


def start_receiver(scene):
    """The guide's rsyslog, under the guide's name. Returns the authority of its certificate."""
    system = scene.system
    configuration, = blocks("Receivers", "rsyslog")
    certificate = Authority(system.folder / "receiver").certificate("server", [f"DNS:{RECEIVER}"])
    for path, name in ((certificate.authority.file, "ca.pem"), (certificate.file, "server.pem"),
                       (certificate.key_file, "server.key")):
        system.write(f"/etc/rsyslog.d/tls/{name}", path.read_text(encoding="ascii"))
    system.write("/etc/rsyslog.d/slack.conf", configuration)
    system.write("/etc/hosts", f"127.0.0.1 localhost {RECEIVER}\n")
    system.do("systemd-run", "--unit=receiver",
              "rsyslogd", "-n", "-f", "/etc/rsyslog.d/slack.conf", "-i", "/run/receiver.pid")
    return certificate.authority.file.read_text(encoding="ascii")


def configuration(scene):
    """The ten lines with the receiver's output in the place of `siem`, and Slack's place taken by the simulator."""
    text, = blocks("4. Ten lines", "yaml")
    output = blocks("Receivers", "yaml")[0].removeprefix("outputs:\n")
    text, count = re.subn(r"  - name: siem\n(?:    .*\n)+", lambda _: output, text)
    same(count, 1, "outputs called siem in the ten lines")
    slack = f"    base_url: https://{NAME}:{scene.front.port}/audit/v1/\n    tls: {{ca_file: /etc/slackauditd/ca.pem}}\n"
    text, count = re.subn(r"(?m)^(    token: .*\n)", lambda found: found[1] + slack, text)
    same(count, 1, "tokens in the ten lines")
    return text


def received(scene):
    return [line.removeprefix(b" ").removeprefix(b"\xef\xbb\xbf") for line in scene.lines(RECEIVED)]


def entries(lines):
    return [line for line in lines if json.loads(line)["action"] != "slackaudit_test"]


def install(scene, package):
    system = scene.system
    system.install(package)
    answer = type_in(system, "".join(blocks("3. The token as a credential")), scene.token + "\n")
    same(answer.code, 0, f"step 3: {answer.text}; exit code")
    same(system.do("stat", "-c", "%U %a", "/etc/slackauditd/credentials/acme-token").strip(), "root 400", "the token's file")
    authorities = scene.authority + start_receiver(scene)
    system.write("/etc/slackauditd/ca.pem", authorities)
    system.write(CONFIG, configuration(scene))


def try_and_start(scene):
    first, later = blocks("5. Try, then start")
    answer = type_in(scene.system, first)
    same(answer.code, 0, f"step 5: {answer.text}; exit code")
    for words in ("source acme: well", "the token is accepted", "output siem: well"):
        check(words in answer.text, f"step 5 does not say {words!r}: {answer.text}")
    until(lambda: type_in(scene.system, later).code == 0, "the archive's first entry")
    check("source acme: " in type_in(scene.system, later).out, "no status")
    scene.check_runs()
    count = scene.check_all_arrive()
    until(lambda: len(entries(received(scene))) >= count, f"{count} entries at rsyslog")
    found = received(scene)
    judge.exactly_once(entries(found), judge.arrived(found, scene.ask("expected").splitlines()), "rsyslog")
    same(len(found) - len(entries(found)), 1, "test messages at rsyslog")
    print(f"{count} entries in {ARCHIVE} and at rsyslog")


def ask_what_is_missing(scene):
    """Each command of the table says that nothing is."""
    commands = [command for command in re.findall(r"`(slackauditctl [^`]+)`", section(DOCUMENT, "6. Is anything missing?"))]
    check(len(commands) >= 4, f"the table has {commands}")
    for command in commands:
        answer = type_in(scene.system, f"export CREDENTIALS_DIRECTORY=/etc/slackauditd/credentials\n{command}")
        same(answer.code, 0, f"{command}: {answer.text}; exit code")
        print(f"{command}: {answer.out.splitlines()[-1]}")
    verify, = (command for command in commands if "verify" in command)
    scene.system.do("systemctl", "stop", "slackauditd")
    answer = type_in(scene.system, f"export CREDENTIALS_DIRECTORY=/etc/slackauditd/credentials\n{verify}")
    same(answer.code, 0, f"{verify} while the daemon is stopped: {answer.text}; exit code")
    scene.system.do("systemctl", "start", "slackauditd")
    page = scene.system.do("curl", "--silent", "--fail", "http://127.0.0.1:9464/status")
    check('"acme"' in page, f"/status: {page}")


def refuse_drop_ins(scene):
    """docs/troubleshooting.md says by which words of systemd a wrong drop-in is known."""
    system = scene.system
    told = section(TREE / "docs/troubleshooting.md", "Tokens, credentials and permissions")
    for setting, words in (("LoadCredential=other:/etc/slackauditd/nowhere", "status=243/CREDENTIALS"),
                           ("ReadWritePaths=/srv/nowhere", "status=226/NAMESPACE")):
        check(words in told, f"the document does not tell of {words}")
        system.write(DROP_IN, f"[Service]\nRestart=no\n{setting}\n")
        system.do("systemctl", "daemon-reload")
        check(system.run("systemctl", "restart", "slackauditd").code != 0, f"it starts with {setting}")
        until(lambda: words in system.do("journalctl", "-u", "slackauditd", "-n", "20", "-o", "cat"),
              f"{words} in the journal for {setting}")
        system.run("systemctl", "reset-failed", "slackauditd")
    system.path(DROP_IN).unlink()
    system.do("systemctl", "daemon-reload")
    system.do("systemctl", "start", "slackauditd")
    scene.check_runs()


def test():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    packages = package_files(parser.parse_args().packages)
    with Booted() as system:
        scene = Scene(system, packages["slackaudit-sim"])
        install(scene, packages["slackauditd"])
        try_and_start(scene)
        ask_what_is_missing(scene)
        refuse_drop_ins(scene)


run(test)
