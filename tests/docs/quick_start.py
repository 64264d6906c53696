"""docs/quick-start.md: what stands below "No token at hand?" runs as written, line by line, and does what it says; the
configurations of its receivers, with their own addresses, deliver to real receivers, rsyslog's own configuration included.

    quick_start.py --binaries FOLDER"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenarios"))

from documents import TREE, fenced_blocks, section  # noqa: E402
from harness import judge, run  # noqa: E402
from harness.failure import check, same  # noqa: E402
from harness.process import Process, tail  # noqa: E402
from harness.waiting import slowness, until  # noqa: E402

DOCUMENT = TREE / "docs/quick-start.md"


def blocks_below(heading, language):
    text = section(DOCUMENT, heading)
    return [block for block in fenced_blocks(DOCUMENT, language) if block.text in text]


def simulator_path(bench):
    """One shell runs all of it, as a person would type it."""
    blocks = blocks_below("No token at hand?", "sh")
    check(len(blocks) >= 4, f"only {len(blocks)} blocks to run")
    folder = bench.folder / "typed"
    folder.mkdir()
    environment = {**os.environ, "PATH": f"{bench.binaries.daemon.parent}:{os.environ['PATH']}", "TMPDIR": str(folder)}
    # A failed command ends it, and everything that it started goes with it.
    script = "set -eu\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n" + "\n".join(block.text for block in blocks)
    done = subprocess.run(["setpriv", "--pdeathsig", "KILL", "--", "bash", "-c", script], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, env=environment, timeout=60 * slowness(), check=False)
    same(done.returncode, 0, f"the typed commands ended:\n{done.stdout}{done.stderr}\nexit code")
    for words in ("the token is accepted", '"date_create"', " acme.ndjson", "all is well", "nothing is wrong", "ACTION",
                  "the token is refused (it is read again"):
        check(words in done.stdout + done.stderr, f"{words!r} does not appear:\n{done.stdout}{done.stderr}")
    lines = next(folder.rglob("acme.ndjson")).read_bytes().splitlines()
    check(len(lines) == len(set(lines)) > 500, f"{len(lines)} lines, {len(set(lines))} of them different")
    print(f"{len(blocks)} blocks ran, {len(lines)} entries arrived")


class Receivers:
    """What the guide's receivers are played by, and their addresses and secrets in the place of the guide's."""

    def __init__(self, bench):
        self.bench = bench
        self.folder = bench.folder / "guide"
        self.folder.mkdir()
        self.splunk = bench.hec_receiver()
        self.logstash_token = bench.secret("logstash-")
        self.logstash = bench.http_receiver(token=f"Bearer {self.logstash_token}", body="array")
        self.credentials = self.folder / "credentials"
        self.credentials.mkdir()

    def credential(self, name, value):
        path = self.credentials / name
        path.touch(mode=0o600)
        path.write_text(value + "\n", encoding="ascii")

    def output(self, block, name, **changes):
        """The text of the one output of a block, with another name, and with these words replaced."""
        text = block.text.split("outputs:\n", 1)[1].replace("name: siem", f"name: {name}")
        for old, new in changes.values():
            check(old in text, f"{block.place} has no {old!r}")
            text = text.replace(old, new)
        return text


def start_rsyslog(bench, receivers):
    """rsyslogd with the guide's own configuration; only paths and port are others."""
    program = shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        print("without rsyslog, which is not installed")
        return None
    text, = (block.text for block in blocks_below("Receivers", "rsyslog"))
    certificate = bench.authority("ca").certificate("server", ["IP:127.0.0.1"])
    folder = receivers.folder
    port_file = folder / "port"
    for old, new in (("/etc/rsyslog.d/tls/ca.pem", certificate.authority.file),
                     ("/etc/rsyslog.d/tls/server.pem", certificate.file),
                     ("/etc/rsyslog.d/tls/server.key", certificate.key_file),
                     ("/var/log/slack.ndjson", folder / "slack.ndjson"),
                     ('port="6514"', f'address="127.0.0.1" port="0" listenPortFileName="{port_file}"')):
        check(old in text, f"rsyslog's configuration has no {old!r}")
        text = text.replace(old, str(new))
    path = folder / "slack.conf"
    path.write_text(f'global(workDirectory="{folder}")\n{text}', encoding="utf-8")
    process = Process("rsyslogd", [program, "-n", "-f", path, "-i", folder / "pid"], folder / "rsyslogd.log")
    bench.own(process)
    port = int(process.wait_for_file(port_file))
    return folder / "slack.ndjson", f"tls://127.0.0.1:{port}", certificate.authority.file


def receive(bench):
    api = bench.simulator(entries=1500)
    receivers = Receivers(bench)
    syslog, splunk, logstash, filebeat = blocks_below("Receivers", "yaml")
    outputs = [
        receivers.output(splunk, "splunk", url=("https://splunk.example.com:8088", receivers.splunk.url)),
        receivers.output(logstash, "logstash", url=("https://logstash.example.com:8080", receivers.logstash.url)),
        receivers.output(filebeat, "filebeat", path=("/var/log/slackauditd/", f"{receivers.folder}/")),
    ]
    receivers.credential("splunk-token", receivers.splunk.hec_token)
    receivers.credential("logstash-token", receivers.logstash_token)
    rsyslog = start_rsyslog(bench, receivers)
    if rsyslog is not None:
        outputs.append(receivers.output(syslog, "rsyslog", address=("tls://siem.example.com:6514", rsyslog[1]),
                                        ca_file=("/etc/slackauditd/ca.pem", str(rsyslog[2]))))
    daemon = bench.daemon([api.source()], [])
    daemon.config_file.write_text(yaml_of(daemon.config) + "outputs:\n" + "".join(outputs), encoding="utf-8")
    daemon.extra_environment["CREDENTIALS_DIRECTORY"] = str(receivers.credentials)
    daemon.once()
    expected = api.expected()
    judge.exactly_once(receivers.splunk.entries(), expected, "Splunk")
    same({envelope["index"] for envelope in receivers.splunk.envelopes}, {"slack"}, "the index")
    judge.exactly_once(receivers.logstash.entries(), expected, "Logstash")
    judge.same_order((receivers.folder / "filebeat.ndjson").read_bytes().splitlines(), expected, "Filebeat's file")
    if rsyslog is not None:
        file = rsyslog[0]
        until(lambda: file.exists() and len(file.read_bytes().splitlines()) >= len(expected),
              lambda: f"{len(expected)} lines of rsyslog\n{tail(receivers.folder / 'rsyslogd.log')}")
        judge.exactly_once(lines_of_rsyslog(file), expected, "rsyslog's file")
    print(f"{len(expected)} entries arrived at {len(outputs)} receivers")


def lines_of_rsyslog(file):
    """rsyslog writes the space and the mark that begin the message in RFC 5424 as it got them."""
    return [line.removeprefix(b" ").removeprefix(b"\xef\xbb\xbf") for line in file.read_bytes().splitlines()]


def yaml_of(config):
    """The top-level keys but `outputs`, each as JSON, which is YAML."""
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in config.items() if key != "outputs")


def scenario(bench):
    simulator_path(bench)
    receive(bench)


if __name__ == "__main__":
    run(scenario)
