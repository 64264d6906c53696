"""The workplace of a part: the harness's bench with the programs of this one."""

import json
import pathlib
import shutil
import subprocess

from harness.bench import Bench, Binaries
from harness.failure import Failure, check

from .measured import Measured

SOURCE_TREE = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ("bare", "sink", "usage", "codec", "request", "page", "seen", "syncs")


def build_programs(build):
    """What is measured must be what an operator runs."""
    print("building", flush=True)
    targets = [*(f"bench_{name}" for name in PROGRAMS),
               "slackauditd", "slackauditctl", "slackaudit-sim"]
    answer = subprocess.run(
        ["cmake", "--build", build, "--target", *targets],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    check(answer.returncode == 0, answer.stdout)
    binaries = Binaries(build / "src")
    check(not binaries.is_sanitized, f"{binaries.daemon} is built with sanitizers")
    check(not binaries.has_crash_points, f"{binaries.daemon} is built with crash points")
    return binaries


class Workplace(Bench):
    """Made for each part, and gone with all it held at the part's end."""

    def __init__(self, build, binaries):
        super().__init__(binaries, SOURCE_TREE, seed=1)
        self.programs = build / "tests"
        self.count = 0

    def fresh(self, name):
        """A path that nobody has used."""
        self.count += 1
        return self.folder / f"{self.count}-{name}"

    def program(self, name):
        return self.programs / f"bench_{name}"

    def source(self, api, name="acme", **keys):
        """A source as an operator would write it, all left at its default, but for the calls a
        minute: Slack's limit would bound everything."""
        whole = {"name": name, "token": {"file": str(self.secret_file(api.token))},
                 "base_url": api.base_url, "start": api.first_time, "calls_per_minute": 60000}
        whole.update(keys)
        return {key: value for key, value in whole.items() if value is not None}

    def config(self, sources, outputs, top):
        """A configuration with an empty state folder of its own: the file and that folder."""
        folder = self.fresh("run")
        folder.mkdir()
        path, state = folder / "slackauditd.yaml", folder / "state"
        path.write_text(json.dumps({
            "state_dir": str(state), "control": f"unix:{folder}/control.sock",
            "log": {"level": "info", "format": "text"}, "sources": sources, "outputs": outputs,
            **top}))
        return path, state

    def long_daemon(self, name, sources, outputs, **top):
        """A daemon that stays, with the product's own patience."""
        daemon = self.daemon(sources, outputs, name=name, log={"level": "info", "format": "text"},
                             **top)
        del daemon.config["retry"]
        daemon.write_config()
        return daemon

    def measure(self, command, entries, environment=None):
        """Runs a program to its end; what it cost, by the entries it handled."""
        usage, log = self.fresh("usage"), self.fresh("log")
        with open(log, "wb") as output:
            answer = subprocess.run(
                [str(word) for word in (self.program("usage"), usage, *command)], check=False,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
        check(answer.returncode == 0,
              f"{command[0]} ended with {answer.returncode}:\n{log.read_text()}")
        return Measured(usage.read_text(), entries)

    def run_program(self, command):
        """The words that a program prints."""
        answer = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                                check=False)
        if answer.returncode != 0:
            raise Failure(f"{command[0]} ended with {answer.returncode}:\n{answer.stderr}")
        return answer.stdout

    def forget(self, folder):
        shutil.rmtree(folder)
