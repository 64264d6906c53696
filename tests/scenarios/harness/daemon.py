"""slackauditd, as an operator runs it."""

import json
import os
import signal
import socket
import subprocess
import threading

from . import settings
from .failure import Failure, check, same
from .process import Process, tail
from .waiting import slowness, until

LOG_LEVEL = "debug"
"""Every scenario logs all there is, and the end of each looks for secrets in it."""


class Daemon:
    """One daemon with its configuration and state. It may be started, ended and started again as
    often as wanted; the log goes on in one file."""

    def __init__(self, bench, name, sources, outputs, top):
        self.bench = bench
        self.name = name
        self.folder = bench.folder / name
        self.folder.mkdir()
        self.config_file = self.folder / "slackauditd.yaml"
        self.state = self.folder / "state"
        self.log = self.folder / "daemon.log"
        self.output = self.folder / "daemon.out"
        self.config = {
            "state_dir": str(self.state),
            "control": f"unix:{self.folder}/control.sock",
            "log": {"level": LOG_LEVEL, "format": "text"},
            "retry": settings.retry(),
            "sources": sources,
            "outputs": outputs,
        }
        self.config.update(top)
        self.process = None
        self.kills = 0
        self.notices = None
        self.extra_environment = {}
        self.write_config()

    # The configuration. JSON is YAML.

    def write_config(self):
        self.config_file.write_text(json.dumps(self.config, indent=2, ensure_ascii=False) + "\n")

    def change(self, **keys):
        """Writes the configuration with other top-level keys; who runs, hears of it by `reload`."""
        self.config.update(keys)
        self.write_config()

    # Starting.

    def command(self, *arguments):
        return [self.bench.binaries.daemon, "--config", self.config_file, *arguments]

    def environment(self, crash_point=None):
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("NOTIFY_SOCKET", "JOURNAL_STREAM", "http_proxy",
                                       "https_proxy", "HTTPS_PROXY", "ALL_PROXY")}
        if self.notices is not None:
            environment["NOTIFY_SOCKET"] = self.notices.path
        if crash_point is not None:
            environment["SLACKAUDIT_CRASH_POINT"] = crash_point
        environment.setdefault("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=1")
        environment.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:abort_on_error=1")
        environment.update(self.extra_environment)
        return environment

    def spawn(self, *arguments, crash_point=None):
        """Starts it without waiting for anything."""
        if self.process is not None:
            check(not self.process.is_running(), f"{self.name} runs already")
        self.process = Process(f"slackauditd {self.name}", self.command(*arguments), self.log,
                               self.output, self.environment(crash_point))
        self.bench.own(self.process)
        return self.process

    def start(self, crash_point=None):
        """Starts it and waits until it has said that it is ready."""
        if self.notices is not None:
            self.notices.close()
        self.notices = Notices(self.folder / "notify.sock")
        self.spawn(crash_point=crash_point)
        self.wait_notice("READY=1")

    def once(self, limit=60.0, wanted=0):
        """Runs `--once` to its end."""
        self.spawn("--once")
        code = self.process.wait(limit)
        if code != wanted:
            raise Failure(f"--once of {self.name} ended with {code}, wanted {wanted}:\n"
                          + tail(self.log))

    # Ending.

    def kill(self):
        """kill -9."""
        code = self.process.kill()
        same(code, -signal.SIGKILL, f"{self.name} was to be killed but had ended before it; exit")
        self.kills += 1

    def wait_killed(self, what, limit=30.0):
        """Waits until the daemon has killed itself at the crash point it was started with."""
        code = self.process.wait(limit)
        same(code, -signal.SIGKILL, f"{self.name} was to die at {what}; exit")
        self.kills += 1

    def stop(self, limit=10.0):
        """TERM; returns when it is gone, and it must go in peace."""
        same(self.process.stop(limit), 0, f"{self.name} after TERM: exit code")

    def hang_up(self):
        """HUP; waits until the new configuration is in use."""
        self.notices.forget()
        self.process.send(signal.SIGHUP)
        self.wait_notice("RELOADING=1")
        self.wait_notice("READY=1")

    # Asking.

    def control(self, *words, limit=20.0):
        """What `slackauditctl --json` answers."""
        answer = subprocess.run(
            [self.bench.binaries.control, "--config", self.config_file, "--json", *words],
            capture_output=True, timeout=limit * slowness(), check=False, text=True)
        return Answer(answer.returncode, answer.stdout, answer.stderr)

    def status(self):
        """The status, or None while there is nobody to ask."""
        answer = self.control("status")
        if answer.code == 69:
            return None
        same(answer.code, 0, f"slackauditctl status ({answer.text}): exit code")
        return answer.result

    def source_status(self, name="acme"):
        return named(self.status(), "sources", name)

    def output_status(self, name):
        return named(self.status(), "outputs", name)

    def wait_status(self, holds, what, limit=60.0):
        """Waits until `holds(status)` is true and returns that status."""
        last = [None]

        def look():
            self.check_alive()
            last[0] = self.status()
            return last[0] if last[0] is not None and holds(last[0]) else None

        def words():
            return f"{what}; the status is {json.dumps(last[0])}\n{tail(self.log)}"
        return until(look, words, limit, step=0.03)

    def wait_delivered(self, limit=60.0, outputs=None, caught_up=True):
        """Waits until every source is read up to now (unless `caught_up` is false) and every
        output, or each of those named, has all that it can get."""
        def holds(status):
            return (all(source.get("caught_up") or not caught_up for source in status["sources"])
                    and all(is_caught_up(output) for output in status["outputs"]
                            if outputs is None or output["name"] in outputs))
        return self.wait_status(holds, "everything to be delivered", limit)

    def wait_notice(self, line, limit=20.0):
        """Waits for a line that the daemon sends to the service manager."""
        def look():
            if self.notices.has(line):
                return True
            self.check_alive()
            return False
        until(look, lambda: f"the notice {line} of {self.name}:\n{tail(self.log)}", limit)

    def wait_log(self, text, limit=30.0, start=0):
        """Waits until the log holds the text."""
        until(lambda: text in self.log_text(start),
              lambda: f"the words {text!r} in the log:\n{tail(self.log)}", limit, step=0.03)

    def log_text(self, start=0):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            file.seek(start)
            return file.read()

    def log_size(self):
        return self.log.stat().st_size if self.log.exists() else 0

    def check_alive(self):
        if not self.process.is_running():
            raise Failure(f"{self.name} ended with {self.process.child.returncode}:\n"
                          + tail(self.log))

    def dump(self):
        """What -T prints."""
        answer = subprocess.run(self.command("-T"), capture_output=True, timeout=30 * slowness(),
                                check=False, env=self.environment())
        return answer.returncode, answer.stdout, answer.stderr

    def dead_letters(self, output):
        """The dead letters of an output, as objects."""
        path = self.state / "dead" / f"{output}.ndjson"
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_bytes().splitlines()]


def named(status, kind, name):
    for one in status[kind]:
        if one["name"] == name:
            return one
    raise Failure(f"the status has no {name} among its {kind}")


def is_caught_up(output):
    return all(source["backlog_entries"] == 0 for source in output["sources"])


class Answer:
    """What slackauditctl said: its exit code, the result or None, and all of its words."""

    def __init__(self, code, out, error):
        self.code = code
        self.text = out + error
        self.result = json.loads(out).get("result") if out else None


class Notices:
    """The socket that a service manager listens on (sd_notify). It is read at once, as systemd
    does: whoever notifies waits for room in it."""

    def __init__(self, path):
        self.path = str(path)
        path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.lines = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                notice = self.socket.recv(65536)
            except OSError:
                return
            if not notice:
                return
            self.lines += notice.decode().splitlines()

    def has(self, line):
        return line in self.lines

    def forget(self):
        """Only what comes from now on counts."""
        self.lines.clear()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
