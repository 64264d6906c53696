"""A configuration that is wrong in every way: all of its errors are told at once, each with file,
line and column; the exit code is 78, and nothing was started, made or changed."""

import re

from harness import run
from harness.failure import check, same

# What a line is wrong about stands behind it: words that its message must hold.
TEXT = """\
state_dir: {folder}/state
strange_key: 1                          #! strange_key
log: {{level: loud, format: text}}        #! level
store: {{max_size: 1MiB}}                 #! max_size
sources:
  - name: acme
    token: {{file: {folder}/no-such-file}} #! no-such-file
    page_limit: many                    #! page_limit
    calls_per_minute: 70000             #! calls_per_minute
    overlap: 10m
    overlap: 20m                        #! overlap
    poll_interval: 5 parsecs            #! poll_interval
  - name: open
    token: {{file: {folder}/open.token}}   #! open.token
  - name: plain
    token: {{file: {folder}/good.token}}
    base_url: http://slack.example.com/ #! base_url
outputs:
  - name: archive
    type: file
    path: {folder}/good.token/archive   #! good.token
  - name: archive                       #! unique
    type: file
    path: {folder}/one.ndjson
  - name: pigeon
    type: pigeon                        #! type
  - name: siem
    type: syslog
    address: smoke://hill               #! address
    url: https://example.com/           #! url
  - name: same
    type: file
    path: {folder}/one.ndjson           #! outputs[1].path
  - type: stdout                        #! name
"""

BOMB = """\
a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
sources: *d
outputs: *d
"""

PROBLEM = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<text>.+)$", re.MULTILINE)


def wanted(text):
    """Line by line what must be told."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if "#!" in line:
            found[number] = line.split("#!")[1].split()
    return found


def problems_of(daemon, *arguments):
    daemon.log.unlink(missing_ok=True)
    daemon.spawn(*arguments)
    same(daemon.process.wait(20), 78, f"exit code with {arguments}")
    log = daemon.log_text()
    for match in PROBLEM.finditer(log):
        same(match["file"], str(daemon.config_file), "the file of a problem")
        check(int(match["column"]) >= 1, f"no column: {match[0]}")
    return {int(match["line"]): match["text"] for match in PROBLEM.finditer(log)}, log


def scenario(bench):
    daemon = bench.daemon(sources=[], outputs=[])
    folder = bench.folder
    for name, mode in (("open.token", 0o644), ("good.token", 0o600)):
        path = folder / name
        path.write_text(bench.secret("xoxp-") + "\n")
        path.chmod(mode)

    text = TEXT.format(folder=folder)
    daemon.config_file.write_text(text)
    before = set(folder.rglob("*"))
    for arguments in ((), ("-t",), ("--once",), ("-T",)):
        problems, log = problems_of(daemon, *arguments)
        for line, words in wanted(text).items():
            told = problems.get(line, "")
            check(told and all(word in told for word in words),
                  f"with {arguments}: line {line} should tell of {words}, it tells {told!r}\n{log}")
        check(set(problems) <= set(wanted(text)), f"problems where there are none: {problems}")
    made = set(folder.rglob("*")) - before - {daemon.log, daemon.output}
    same(made, set(), "files and directories that were made")

    daemon.config_file.write_text(BOMB)
    problems, log = problems_of(daemon, "-t")
    check(problems and min(problems) == 1, f"the bomb was not told of on its first line: {log}")
    daemon.config_file.write_text("sources: [\n")
    problems, log = problems_of(daemon)
    check(problems, f"no place of a syntax error: {log}")

    api = bench.simulator(entries=10)
    good = bench.daemon(sources=[api.source()], outputs=[bench.archive().config()], name="good")
    good.spawn("-t")
    same(good.process.wait(20), 0, "exit code of -t with a good configuration")
    same(api.stats()["calls"], 0, "calls that -t made")
    check(not good.state.exists(), "-t made a state directory")


run(scenario)
