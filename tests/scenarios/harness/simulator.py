"""slackaudit-sim, which plays Slack."""

import json
import time
import urllib.error
import urllib.request

from .closed_port import Listener
from .failure import Failure, check
from .process import Process, tail

DAY = 86400


class Simulator(Listener):
    """A simulated API. Options are those of the program, with underscores; a list repeats one, True
    sets a flag. The times of the history are fixed when it is made, so that it is the same history
    after a restart."""

    def __init__(self, bench, name, options):
        self.bench = bench
        self.name = name
        self.port = 0
        self.process = None
        self.token = options.pop("token", None) or bench.secret("xoxp-")
        offset = options.get("clock_offset", 0)
        now = int(time.time()) + offset
        span = options.pop("span", 6 * DAY)
        options.setdefault("to", now)
        options.setdefault("from", int(options["to"]) - span)
        options.setdefault("entries", 10000)
        options.setdefault("calls_per_minute", 0)
        options.setdefault("seed", bench.seed)
        if "live" in options:
            options.setdefault("live_since", now)
        self.options = options
        self.first_time = int(options["from"])
        self.start()

    def arguments(self):
        words = ["--token", self.token, "--listen", f"127.0.0.1:{self.port}"]
        for name, value in self.options.items():
            values = value if isinstance(value, (list, tuple)) else [value]
            for one in values:
                words.append("--" + name.replace("_", "-"))
                if one is not True:
                    words.append(str(one))
        return words

    def start(self):
        """Starts it, on the port that it had before if it ran before."""
        url_file = self.bench.folder / f"{self.name}.url"
        url_file.unlink(missing_ok=True)
        self.process = Process(
            f"slackaudit-sim {self.name}",
            [self.bench.binaries.simulator, *self.arguments(), "--url-file", url_file],
            self.bench.folder / f"{self.name}.sim.log")
        self.bench.own(self.process)
        self.base_url = self.process.wait_for_file(url_file).strip()
        self.port = int(self.base_url.split(":")[2].split("/")[0])
        self.release_port()

    def stop(self):
        self.process.kill()
        self.hold_port()

    def ask(self, path, body=None):
        """The answer to a call of the control endpoint."""
        url = f"http://127.0.0.1:{self.port}/_sim/{path}"
        data = None if body is None else body.encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data), timeout=60) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise Failure(f"{url}: {error.read().decode()}") from None
        except OSError as error:
            raise Failure(f"{url}: {error}; {tail(self.process.log)}") from None

    def expected(self, **query):
        """Every entry that the API has to show, oldest first, each as a file must hold it."""
        words = "&".join(f"{name}={value}" for name, value in query.items())
        return self.ask("expected?" + words).splitlines()

    def damaged(self):
        """The entries that are no JSON."""
        return self.expected(damaged=1)

    def stats(self):
        return json.loads(self.ask("stats"))

    def set_faults(self, *rules):
        """Puts these rules in the place of all others."""
        self.ask("faults", "\n".join(rules))

    def set_tokens(self, *tokens):
        """Accepts these tokens only."""
        self.ask("token", "\n".join(tokens))

    def check_faults_struck(self, *kinds):
        """Fails unless each of these faults happened."""
        struck = self.stats()["faults"]
        for kind in kinds:
            check(struck.get(kind, 0) > 0, f"the fault {kind} never struck: {struck}")

    def source(self, name="acme", **keys):
        """The configuration of a source that reads all of this API's history, in a hurry."""
        source = {
            "name": name,
            "token": {"file": str(self.bench.secret_file(self.token))},
            "base_url": self.base_url,
            "start": self.first_time - 1,
            "calls_per_minute": 60000,
            "poll_interval": "300ms",
            "fresh_interval": "100ms",
            "overlap": "30s",
            "timeout": "10s",
        }
        source.update(keys)
        return source
