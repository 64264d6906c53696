"""slackauditctl as an operator types it."""

import json
import os
import subprocess

from .failure import check
from .tidy import BROKEN
from .waiting import slowness

NOT_OURS = ("SLACKAUDIT_TOKEN", "CREDENTIALS_DIRECTORY", "http_proxy", "https_proxy", "HTTP_PROXY",
            "HTTPS_PROXY", "ALL_PROXY")


class Said:
    """What it said: its exit code, and the bytes of its answer and of its complaints."""

    def __init__(self, code, out, error):
        self.code = code
        self.out = out
        self.error = error.decode(errors="replace")

    @property
    def text(self):
        return self.out.decode(errors="replace") + self.error

    @property
    def lines(self):
        return self.out.splitlines()

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def result(self):
        return self.json["result"]


def slackauditctl(bench, *words, config=None, environment=None, limit=30.0):
    """Runs it to its end. Whatever it says, it shows no secret and no fault of the program."""
    command = [bench.binaries.control]
    if config is not None:
        command += ["--config", config]
    settings = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    settings.setdefault("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=1")
    settings.update(environment or {})
    answer = subprocess.run([*command, *map(str, words)], env=settings, capture_output=True,
                            timeout=limit * slowness(), check=False, stdin=subprocess.DEVNULL)
    for secret in bench.secrets:
        check(secret.encode() not in answer.stdout + answer.stderr,
              f"a secret stands in what slackauditctl {words} says")
    check(BROKEN.search(answer.stderr) is None,
          f"slackauditctl {words} has a fault: {answer.stderr.decode(errors='replace')}")
    return Said(answer.returncode, answer.stdout, answer.stderr)
