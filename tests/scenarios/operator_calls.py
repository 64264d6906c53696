"""`slackauditctl logs`, `schemas` and `actions` call the API: one page or all of them, in every
format, with times as people write them and a token from wherever one may be; what Slack refuses, or
nobody answers, is told by the exit code."""

import datetime
import json
import subprocess
import unicodedata

from harness import judge, run, settings
from harness.command import slackauditctl
from harness.failure import check, same
from harness.waiting import until

DAY = 86400


class Operator:
    """Types commands with the settings of a source that may make calls in a hurry."""

    def __init__(self, bench, daemon):
        self.bench = bench
        self.source = ("--config", daemon.config_file, "--source", "acme")

    def __call__(self, *words, **settings):
        return slackauditctl(self.bench, *words, *self.source, **settings)

    def good(self, *words):
        said = self(*words)
        same(said.code, 0, f"{words}: exit code ({said.error})")
        return said


def newest_first(entries):
    return list(reversed(entries))


def check_one_page(api, operator):
    newest = newest_first(api.expected())
    said = operator.good("logs", "--limit", "3", "--format", "ndjson")
    same(said.lines, newest[:3], "three entries as ndjson")
    check("--cursor '" in said.error and "--all" in said.error, f"no word of more: {said.error}")
    cursor = said.error.split("--cursor '")[1].split("'")[0]

    said = operator.good("logs", "--limit", "3")
    same(said.error, "", "complaints")
    same(len(said.lines), 1, "lines of a page")
    same(said.json["entries"], [json.loads(entry) for entry in newest[:3]], "three as json")
    for entry in newest[:3]:
        check(entry in said.out, "an entry is not as Slack sent it")
    check(said.json["response_metadata"]["next_cursor"], "no cursor in the JSON")
    said = operator.good("logs", "--limit", "3", "--cursor", cursor, "--format", "ndjson")
    same(said.lines, newest[3:6], "the page behind the cursor")
    same(operator.good("logs", "--limit", "3", "--format", "table", "--json").json["entries"],
         [json.loads(entry) for entry in newest[:3]], "--json stands above --format")


def by_columns(line):
    """One character for each column of a terminal: what is two columns wide has a null byte behind it, what has no width of
    its own goes."""
    return "".join(character + ("\0" if unicodedata.east_asian_width(character) in "WF" else "") for character in line
                   if unicodedata.category(character) not in ("Mn", "Me", "Cf"))


def check_table(api, operator):
    said = operator.good("logs", "--limit", "200", "--format", "table")
    lines = said.out.decode().splitlines()
    titles = lines[0].split()
    same(titles, ["TIME", "ACTION", "ACTOR", "ENTITY", "ADDRESS"], "the titles")
    places = [lines[0].index(title) for title in titles]
    newest = newest_first(api.expected())[:200]
    same(len(lines), 201, "lines of the table")
    for line, entry in zip(lines[1:], newest):
        entry = json.loads(entry)
        shown = by_columns(line)
        cells = [shown[start:end].strip() for start, end in zip(places, places[1:] + [None])]
        check(cells[0].endswith("Z") and len(cells[0]) == 20, f"the time of {line}")
        same(cells[1], entry["action"], f"the action of {line}")
        check(cells[3].startswith(entry["entity"]["type"]), f"the entity of {line}")
        same(cells[4], entry["context"].get("ip_address") or "-", f"the address of {line}")
        check(all(character.isprintable() or character == " " for character in line), line)


def check_all_pages(api, operator):
    newest = newest_first(api.expected())
    before = api.stats()["calls"]
    said = operator.good("logs", "--all", "--limit", "500", "--format", "ndjson")
    judge.same_order(said.lines, newest, "all entries as ndjson")
    check(api.stats()["calls"] - before >= len(newest) / 500, "it was not read in pages")
    said = operator.good("logs", "--all", "--limit", "500")
    pages = [json.loads(line) for line in said.lines]
    check(len(pages) >= len(newest) / 500, f"{len(pages)} pages")
    same([entry["id"] for page in pages for entry in page["entries"]],
         [json.loads(entry)["id"] for entry in newest], "all entries, one object a page")
    said = operator.good("logs", "--all", "--limit", "500", "--format", "table")
    same(len(said.lines), len(newest) + 1, "lines of the whole table: one head")


def check_filters(api, operator):
    now = api.stats()["now"]
    entries = newest_first(api.expected())
    dates = {entry: json.loads(entry)["date_create"] for entry in entries}
    some = json.loads(entries[100])

    def all_of(*words):
        return operator.good("logs", "--all", "--format", "ndjson", *words).lines

    oldest, latest = now - 3 * DAY, now - DAY
    wanted = [entry for entry in entries if oldest <= dates[entry] <= latest]
    check(0 < len(wanted) < len(entries), "the history does not serve this scenario")
    same(all_of("--oldest", oldest, "--latest", latest), wanted, "Unix seconds")
    same(all_of("--oldest", rfc3339(oldest), "--latest", rfc3339(latest)), wanted, "RFC 3339")
    ages = all_of("--oldest", "-72h", "--latest", "-1d")
    inside = [entry for entry in entries if oldest + 60 <= dates[entry] <= latest]
    check(set(inside) <= set(ages), "an age reaches not far enough")
    check(all(oldest - 5 <= dates[entry] <= latest + 60 for entry in ages), "an age reaches too far")
    same(all_of("--oldest", oldest, "--latest", "now"),
         [entry for entry in entries if dates[entry] >= oldest], "now")
    for option, field in (("--action", some["action"]),
                          ("--actor", some["actor"]["user"]["id"])):
        wanted = api.expected(**{option[2:]: field})
        check(wanted and len(wanted) < len(entries), f"{option} {field} sifts nothing")
        same(all_of(option, field), newest_first(wanted), option)
    same(all_of("--action", "no_such_action"), [], "an action that never happened")
    same(operator.good("logs", "--all", "--action", "no_such_action").json, {"entries": []},
         "no entry at all, as json")


def rfc3339(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


def check_tokens(bench, api, daemon):
    def logs(*words, **settings):
        return slackauditctl(bench, "logs", "--limit", "1", *words, **settings)

    address = ("--base-url", api.base_url)
    same(logs(*address, "--token-file", bench.secret_file(api.token)).code, 0, "a file's")
    same(logs(*address, environment={"SLACKAUDIT_TOKEN": api.token}).code, 0, "the environment's")
    folder = bench.folder / "credentials"
    folder.mkdir()
    (folder / "slack").write_text(api.token + "\n")
    same(logs(*address, "--credential", "slack",
              environment={"CREDENTIALS_DIRECTORY": str(folder)}).code, 0, "a credential")
    same(logs("--source", "acme", config=daemon.config_file).code, 0, "a source's")
    same(logs(config=daemon.config_file).code, 0, "the only source's")
    same(logs(config=daemon.config_file, environment={"SLACKAUDIT_TOKEN": "xoxp-wrong"}).code, 0,
         "a configuration that is named comes before the environment")
    # What is wrong with where it is.
    said = logs(*address)
    check(said.code == 64 and "--token-file" in said.error, f"no token at all: {said.text}")
    said = logs("--source", "acme", *address, config=daemon.config_file)
    check(said.code == 64 and "--base-url" in said.error, f"two addresses: {said.text}")
    said = logs("--source", "acne", config=daemon.config_file)
    check(said.code == 64 and "acme" in said.error, f"an unknown source: {said.text}")
    path = bench.secret_file(api.token, "open.secret")
    said = logs("--token-file", path, "--credential", "slack", *address)
    check(said.code == 64, f"two tokens: {said.text}")
    path.chmod(0o644)
    said = logs("--token-file", path, *address)
    check(said.code == 78 and "everybody" in said.error, f"a file for everybody: {said.text}")
    said = logs("--token-file", bench.folder / "none", *address)
    check(said.code == 78 and "none" in said.error, f"no such file: {said.text}")
    said = logs("--token-file", bench.secret_file("two words", "two.secret"), *address)
    check(said.code == 78 and "two.secret has" in said.error, f"no token: {said.text}")
    said = logs("--base-url", api.base_url.rstrip("/"), environment={"SLACKAUDIT_TOKEN": api.token})
    check(said.code == 64 and "--base-url does not end" in said.error, f"no slash: {said.text}")


def check_lists(bench, api, daemon):
    for verb, member in (("schemas", "schemas"), ("actions", "actions")):
        for words in (("--base-url", api.base_url),
                      ("--source", "acme", "--config", daemon.config_file)):
            said = slackauditctl(bench, verb, *words)
            check(said.code == 0 and said.json[member], f"{verb} {words}: {said.text[:300]}")
    said = slackauditctl(bench, "schemas", "more", "--base-url", api.base_url)
    same(said.code, 64, "a word too many")


def check_refusals(bench, api, operator):
    for words in (("--oldest", "yesterday"), ("--limit", "0"), ("--limit", "many"),
                  ("--format", "xml"), ("--action", ",".join(["a"] * 31)),
                  ("--oldest", "5", "--latest", "4"), ("--oldest",), ("--strange",), ("more",)):
        before = api.stats()["calls"]
        said = operator("logs", *words)
        check(said.code == 64 and said.error and not said.out, f"{words}: {said.code} {said.text}")
        same(api.stats()["calls"], before, f"calls of {words}")
    wrong = slackauditctl(bench, "logs", "--base-url", api.base_url,
                          environment={"SLACKAUDIT_TOKEN": "xoxp-wrong"})
    check(wrong.code == 1 and "401" in wrong.error and "refused" in wrong.error,
          f"a wrong token: {wrong.code} {wrong.text}")
    wrong = slackauditctl(bench, "logs", "--all", "--base-url", api.base_url,
                          environment={"SLACKAUDIT_TOKEN": "xoxp-wrong"})
    check(wrong.code == 1 and "the token is refused" in wrong.error, f"of all pages: {wrong.text}")
    for words, advice in ((("--oldest", "2100-01-01T00:00:00Z"), "in the future"),
                          (("--cursor", "zzzz"), "begin without --cursor"),
                          (("--action", "user_*"), "slackauditctl actions")):
        said = operator("logs", *words)
        check(said.code == 1 and advice in said.error, f"{words}: {said.code} {said.text}")
    said = slackauditctl(bench, "logs", "--base-url", api.base_url + "elsewhere/",
                         environment={"SLACKAUDIT_TOKEN": api.token})
    check(said.code == 1 and "base URL" in said.error, f"another path: {said.code} {said.text}")
    said = operator("logs", "--oldest", "100")
    check(said.code in (0, 1), f"a time before Slack: {said.text}")
    said = slackauditctl(bench, "logs", "--base-url", f"http://{bench.closed_port()}/",
                         environment={"SLACKAUDIT_TOKEN": "xoxp-wrong"})
    check(said.code == 69 and "connect" in said.error, f"nobody there: {said.code} {said.text}")
    said = slackauditctl(bench, "logs", "--base-url", "http://example.com/",
                         environment={"SLACKAUDIT_TOKEN": "xoxp-wrong"})
    check(said.code == 64 and "--base-url" in said.error, f"no TLS: {said.code} {said.text}")


def check_faults(api, operator):
    newest = newest_first(api.expected())
    for fault in ("429:at=2,for=1s", "500:at=2", "reset:at=2", "html:at=2", "truncate:at=2",
                  "expire-cursor:at=2", "repeat-cursor:at=2"):
        api.set_faults(fault)
        said = operator.good("logs", "--all", "--limit", "700", "--format", "ndjson")
        judge.same_order(said.lines, newest, f"all entries with {fault}")
        api.check_faults_struck(fault.split(":")[0])
    api.set_faults("html:every=1")
    said = operator("logs")
    check(said.code == 1 and "is not a whole page" in said.error and "a proxy has answered" in
          said.error and not said.out, f"a web page: {said.text}")
    api.set_faults("500:every=1")
    said = operator("logs")
    check(said.code == 1 and "500" in said.error and not said.out, f"500: {said.text}")
    api.set_faults("html:every=1")
    said = operator("actions")
    check(said.code == 1 and "no JSON" in said.error, f"actions as a web page: {said.text}")
    api.set_faults()


def check_readers(bench, operator):
    """Who reads no further is left in peace; a full disk is told."""
    command = [bench.binaries.control, "logs", "--all", "--limit", "200", "--format", "ndjson",
               *operator.source]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        check(child.stdout.readline(), "no first line")
        child.stdout.close()
        complaints = child.stderr.read()
        code = until(lambda: None if child.poll() is None else (child.returncode,), "its end")[0]
    check(code in (0, -13) and complaints == b"", f"a reader that went: {code} {complaints}")
    with open("/dev/full", "wb") as full:
        for words in (command, command[:2] + command[3:]):
            answer = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, check=False,
                                    timeout=60)
            check(answer.returncode == 75 and b"No space" in answer.stderr,
                  f"a full disk: {answer.returncode} {answer.stderr}")
    closed = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *map(str, command)], check=False,
                            stderr=subprocess.PIPE, timeout=60)
    same((closed.returncode, closed.stderr), (0, b""), "standard output is closed")


def scenario(bench):
    api = bench.simulator(entries=3000, span=5 * DAY)
    archive = bench.archive()
    daemon = bench.daemon([api.source()], [archive.config()], retry=settings.retry(most=3))
    operator = Operator(bench, daemon)
    check_one_page(api, operator)
    check_table(api, operator)
    check_all_pages(api, operator)
    check_filters(api, operator)
    check_tokens(bench, api, daemon)
    check_lists(bench, api, daemon)
    check_refusals(bench, api, operator)
    check_faults(api, operator)
    check_readers(bench, operator)


run(scenario)
