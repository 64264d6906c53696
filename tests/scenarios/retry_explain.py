"""`slackauditctl retry explain` says what a configured stack does: for each failure the handler, the
wait before each attempt (a range where chance decides), the total and what comes past the stack; in
words and in JSON, from the configuration alone, with no daemon and no secret."""

import re
import subprocess

from harness import run
from harness.failure import check, same

JITTERS = {  # of a backoff that begins with 1s: the lowest and the highest of the first three waits
    "none": [(1000, 1000), (2000, 2000), (4000, 4000)],
    "random": [(1000, 2000), (2000, 3000), (4000, 5000)],
    "full": [(0, 1000), (0, 2000), (0, 4000)],
    "equal": [(500, 1000), (1000, 2000), (2000, 4000)],
    "decorrelated": [(1000, 3000), (1000, 9000), (1000, 27000)],
}

STACK = [
    {"handler": "match", "when": {"status": [408], "transport": ["reset"]}, "max_retries": 2,
     "interval": {"type": "fixed", "wait": "2s", "jitter": "none"}},
    {"handler": "connection_error", "max_retries": 1,
     "interval": {"type": "fixed", "wait": "5s", "jitter": "none"}},
    {"handler": "rate_limit", "max_retries": 10},
    {"handler": "server_error", "max_retries": 20,
     "interval": {"type": "backoff", "factor": "1s", "cap": "60s", "jitter": "full"}},
]


class Explanation:
    """The answer in JSON, by failure."""

    def __init__(self, daemon, *words):
        answer = daemon.control("retry", "explain", *words)
        same(answer.code, 0, f"retry explain {words}: {answer.text}")
        self.result = answer.result
        self.failures = {one["failure"]: one for one in answer.result["failures"]}

    def waits(self, failure):
        return [(one["wait"]["lowest_ms"], one["wait"]["highest_ms"])
                for one in self.failures[failure]["retries"]]

    def handlers(self, failure):
        return [one["handler"] for one in self.failures[failure]["retries"]]

    def total(self, failure):
        total = self.failures[failure]["total_wait"]
        return total["lowest_ms"], total["highest_ms"]

    def outcomes(self, failure):
        return [one["outcome"] for one in self.failures[failure]["past_the_stack"]
                if one["can_happen"]]


def text_of(bench, daemon, *words):
    """The answer in words."""
    answer = subprocess.run([bench.binaries.control, "--config", daemon.config_file, "retry",
                             "explain", *words], capture_output=True, timeout=20, check=False)
    return answer.returncode, answer.stdout.decode(), answer.stderr.decode()


def block_of(text, heading):
    """What is said of one failure."""
    for block in text.split("\n\n"):
        if re.match(heading, block):
            return block
    raise AssertionError(f"nothing begins with {heading}:\n{text}")


def check_jitters(bench, source, output):
    for jitter, waits in JITTERS.items():
        interval = {"type": "backoff", "factor": "1s", "cap": "10m", "jitter": jitter}
        stack = [{"handler": "connection_error", "max_retries": 3, "interval": interval}]
        daemon = bench.daemon([dict(source, retry=stack)], [output], name=f"jitter-{jitter}")
        told = Explanation(daemon, "--source", "acme")
        for failure in ("reset", "timeout"):
            same(told.waits(failure), waits, f"{failure} with jitter {jitter}")
            same(told.handlers(failure), ["connection_error"] * 3, f"{failure}: handlers")
            same(told.total(failure), tuple(map(sum, zip(*waits))), f"{failure}: total")
        for failure in ("429", "500", "503", "401"):
            same(told.waits(failure), [], f"{failure}, which nothing handles")


def check_stack(bench, daemon):
    told = Explanation(daemon, "--source", "acme")
    same([(one["handler"], one["max_retries"]) for one in told.result["stack"]],
         [("match", 2), ("connection_error", 1), ("rate_limit", 10), ("server_error", 20)], "stack")
    same(told.waits("reset"), [(2000, 2000), (2000, 2000), (5000, 5000)], "reset")
    same(told.handlers("reset"), ["match", "match", "connection_error"], "reset: handlers")
    same(told.waits("timeout"), [(5000, 5000)], "timeout")
    same(told.waits("429_with_retry_after"), [(30000, 31000)] * 10, "429 with Retry-After")
    same(told.waits("429"), [(1000, 2000)] * 10, "429 without Retry-After")
    backoff = [(0, min(1000 << number, 60000)) for number in range(20)]
    for failure in ("500", "503", "broken_page"):
        same(told.waits(failure), backoff, failure)
        same(told.failures[failure]["attempts"], 21, f"{failure}: attempts")
    same(told.waits("408"), [(2000, 2000)] * 2, "408, which only `match` names")
    same(told.waits("401"), [], "a refused token")
    wanted = {"reset": "next_poll", "429": "next_poll", "500": "next_poll",
              "broken_page": "salvage", "401": "token_refused"}
    for failure, outcome in wanted.items():
        same(told.outcomes(failure), [outcome], f"{failure}: outcome")

    code, text, complaints = text_of(bench, daemon, "--source", "acme")
    same((code, complaints), (0, ""), "exit code and complaints of the text")
    reset = block_of(text, "connection reset: 4 attempts, 9s of waiting\n")
    check(re.search(r"attempts 2 to 3 +after 2s +match\n", reset), f"not folded:\n{reset}")
    check(re.search(r"attempt 4 +after 5s +connection_error\n", reset), reset)
    check("calls the same page again after its\n        poll_interval (300ms)" in reset, reset)
    check(re.search(r"attempts 2 to 11 +after 30s to 31s +rate_limit\n",
                    block_of(text, "429 with Retry-After 30s: 11 attempts, 5m to 5m 10s")), text)
    server = block_of(text, "500, 503: 21 attempts, 0 to 15m 3s of waiting\n")
    check(re.search(r"attempt 2 +after 0 to 1s +server_error\n", server), server)
    check(re.search(r"attempts 7 to 21 +after 0 to 1m +server_error\n", server), server)
    check("timeout: 2 attempts, 5s of waiting and 2 times 10s of timeout" in text, text)
    check(".secret" in block_of(text, "401"), f"where the token is read again is not told:\n{text}")
    columns = {line.index(handler) for line in text.splitlines() for handler in
               ("match", "connection_error", "rate_limit", "server_error")
               if line.startswith("    attempt") and handler in line}
    same(len(columns), 1, f"the handlers stand in one column: {columns}")
    check(max(map(len, text.splitlines())) <= 110, "a line is too long")


def check_outputs(daemon):
    told = Explanation(daemon, "--output", "collector")
    same(told.handlers("reset"), ["match", "match", "connection_error"], "http: reset")
    same(told.outcomes("503"), ["batch_kept"], "http: 503")
    same(told.outcomes("401"), ["held"], "http: a refused token")
    told = Explanation(daemon, "--output", "siem")
    same(told.outcomes("timeout"), ["batch_kept"], "syslog: timeout")
    same(told.outcomes("503"), [], "syslog: no answers, no 503")
    told = Explanation(daemon, "--output", "archive")
    same(told.outcomes("reset"), [], "file: no connection, no reset")
    same(told.outcomes("failed_write"), ["batch_kept"], "file: a write that fails")
    told = Explanation(daemon)
    same((told.result["source"], told.result["output"]), (None, None), "whose the default is")
    same(told.outcomes("401"), ["token_refused", "held"], "default stack: a refused token")


def check_words(bench, daemon):
    for words, wanted in ((("--source", "acne"), "acme"), (("--output", "acme"), "collector siem"),
                          (("--source", "acme", "--output", "siem"), "one at a time"),
                          (("--sauce", "acme"), "--sauce")):
        code, out, complaints = text_of(bench, daemon, *words)
        same((code, out), (64, ""), f"{words}: exit code and answer")
        check(wanted in complaints, f"{words}: {complaints}")
    answer = daemon.control("retry")
    check(answer.code == 64 and "retry explain" in answer.text, f"half a verb: {answer.text}")
    code, text, _ = text_of(bench, daemon, "--help")
    check(code == 0 and "--source NAME" in text, f"retry explain --help: {text}")
    daemon.change(strange=1)
    code, _, complaints = text_of(bench, daemon)
    check(code == 78 and "strange" in complaints, f"a wrong configuration: {code} {complaints}")


def scenario(bench):
    api = bench.simulator(entries=10)
    archive = bench.archive()
    source = api.source()
    token = source["token"]["file"]
    check_jitters(bench, source, archive.config())
    closed = bench.closed_port()
    outputs = [dict(archive.config(), retry=STACK),
               {"name": "collector", "type": "http", "url": f"http://{closed}/", "retry": STACK},
               {"name": "siem", "type": "syslog", "address": f"tcp://{closed}", "retry": STACK}]
    daemon = bench.daemon([dict(source, retry=STACK)], outputs)
    with open(token, "rb+") as file:
        file.truncate()  # nobody needs the secret
    check_stack(bench, daemon)
    check_outputs(daemon)
    same(api.stats()["calls"], 0, "calls of the API")
    check(not daemon.state.exists(), "a state directory was made")
    check_words(bench, daemon)
    empty = bench.daemon([dict(source, retry=[])], outputs, name="empty")
    code, text, _ = text_of(bench, empty, "--source", "acme")
    check(code == 0 and "no handlers" in text and "1 attempt," in text, f"an empty stack: {text}")
    same(Explanation(empty, "--source", "acme").result["stack"], [], "an empty stack")


run(scenario)
