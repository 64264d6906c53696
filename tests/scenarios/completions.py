"""bash, zsh and fish complete verbs, options, the names of sources and outputs from the configuration on
the line, formats, actions, times and files; and stay silent where there is nothing to tell."""

import json
import re
import shutil
import time

from harness import run
from harness.command import slackauditctl
from harness.failure import Skip, check, same
from harness.shells import Bash, Fish, Zsh
from harness.waiting import slowness

SHELLS = {"bash": Bash, "fish": Fish, "zsh": Zsh}
PROGRAMS = ("slackauditd", "slackauditctl", "slackaudit-sim")
SOURCES, OUTPUTS = {"acme", "acme-eu"}, {"archive", "siem"}

# A line, and all that is offered for its last word.
EXACTLY = {
    "slackauditctl st": {"status"},
    "slackauditctl -c {config} che": {"checkpoint"},
    "slackauditctl status --w": {"--watch"},
    "slackauditctl checkpoint --re": {"--redeliver"},
    "slackauditctl -c {config} test --source ": SOURCES,
    "slackauditctl --config {config} test --output s": {"siem"},
    "slackauditctl test --config={config} --output ": OUTPUTS,
    "slackauditctl -c {config} backfill --source acme --output ": OUTPUTS,
    "slackauditctl -c {config} verify --source acme-": {"acme-eu"},
    "slackauditctl -c {config} test --source=acme-": {"acme-eu"},
    "slackauditctl -c {config} checkpoint ": {"show", "set"},
    "slackauditctl -c {config} checkpoint set ": SOURCES,
    "slackauditctl -c {config} checkpoint set acme n": {"now"},
    "slackauditctl -c {config} checkpoint set acme -1h --r": {"--redeliver"},
    "slackauditctl retry ": {"explain"},
    "slackauditctl -j deadletter ": {"list", "retry"},
    "slackauditctl names ": {"sources", "outputs"},
    "slackauditctl logs --oldest n": {"now"},
    "slackauditctl logs --format ": {"json", "ndjson", "table"},
    "slackauditctl logs --format=nd": {"ndjson"},
    "slackauditctl logs --action user_login_": {"user_login_failed"},
    "slackauditctl logs --action anomaly,role_ass": {"role_assigned"},
    "slackauditctl help ver": {"verify"},
    "slackauditctl -c {folder}/slackaud": {"slackauditd.yaml"},
    "slackauditctl logs --token-file {folder}/a-t": {"a-token"},
    "slackauditctl forget --source ": set(),
    "slackauditctl logs --limit ": set(),
    "slackauditctl -c {folder}/nowhere test --source ": set(),
    "slackauditctl -c {folder}/broken.yaml test --source ": set(),
    "slackauditd --du": {"--dump"},
    "slackauditd --config {folder}/slackaud": {"slackauditd.yaml"},
    "slackaudit-sim --to": {"--to", "--token", "--token-file"},
    "slackaudit-sim --fault res": {"reset", "reset-body"},
    "slackaudit-sim --odd no-": {"no-id", "no-date"},
    "slackaudit-sim --url-file {folder}/a-t": {"a-token"},
}
# A line, what is offered among others, and what is not.
AMONG = {
    "slackauditctl logs --": ({"--oldest", "--format", "--json", "--config", "--all"}, {"--redeliver", "--watch"}),
    "slackauditctl --": ({"--config", "--version"}, {"--oldest"}),
    "slackauditd --": ({"--once", "--test"}, {"--json"}),
    "slackaudit-sim --": ({"--seed", "--listen"}, {"--json"}),
}


def configure(bench):
    """A configuration that slackauditctl can read, one that it cannot, and a file."""
    folder = bench.folder / "etc"
    folder.mkdir()
    config = folder / "slackauditd.yaml"
    config.write_text(json.dumps({
        "sources": [{"name": name, "token": {"file": str(folder / "a-token")}} for name in sorted(SOURCES)],
        "outputs": [{"name": name, "type": "stdout"} for name in sorted(OUTPUTS)[:1]]
                   + [{"name": name, "type": "file", "path": f"{folder}/{name}"} for name in sorted(OUTPUTS)[1:]]}))
    (folder / "broken.yaml").write_text("sources: [\n")
    (folder / "a-token").write_text("x\n")
    return folder, config


def ask_names(bench, folder, config):
    """The verb that the shells ask."""
    said = slackauditctl(bench, "names", "sources", config=config)
    same((said.code, set(said.out.decode().split()), said.error), (0, SOURCES, ""), "names sources")
    same(set(slackauditctl(bench, "--json", "names", "outputs", config=config).result), OUTPUTS, "names outputs")
    same(slackauditctl(bench, "names", config=config).code, 64, "names of nothing")
    same(slackauditctl(bench, "names", "sources", config=folder / "broken.yaml").code, 78, "names of a wrong configuration")


def try_lines(shell, name, verbs, places):
    for program in PROGRAMS:
        shell.check_syntax(program)
    begun = time.monotonic()
    for line, wanted in EXACTLY.items():
        line = line.format(**places)
        same(shell.offers(line), wanted, f"{name}: {line!r}")
    for line, (wanted, unwanted) in AMONG.items():
        offered = shell.offers(line)
        check(wanted <= offered and not unwanted & offered, f"{name}: {line!r}: {offered}")
    same(shell.offers("slackauditctl ") - {"help"}, verbs, f"{name}: the verbs")
    spent = (time.monotonic() - begun) / (len(EXACTLY) + len(AMONG) + 1)
    print(f"{name}: {spent * 1000:.0f} ms a line", flush=True)
    check(spent < 1 * slowness(), f"{name} takes {spent:.1f} s a line")


def try_strangers(bench, shell, name):
    """Names of files, and names that something tells which only calls itself slackauditctl, are never run."""
    folder, mark = bench.folder / f"strange-{name}", bench.folder / f"run-by-{name}"
    folder.mkdir()
    evil = (f"a$(touch {mark})", f"a`touch {mark}`", f"a;touch {mark};", f"a'$(touch {mark})", f"a${{x[$(touch {mark})]}}")
    for number, text in enumerate(evil):
        (folder / f"a{number}{text[1:].replace(str(mark), mark.name)}").write_text("")
    program = folder / "slackauditctl"
    program.write_text("#!/bin/sh\ncat <<'END'\n" + "\n".join(("acme", *evil)) + "\nEND\n")
    program.chmod(0o755)
    usual = shell.environment
    shell.environment = {**usual, "PATH": f"{folder}:{usual['PATH']}"}
    called = program if name == "zsh" else program.name  # that one runs already
    check("acme" in shell.offers(f"{called} test --source ac"), f"{name} asks another program")
    for line in (f"{called} test --source a", f"{called} checkpoint set a", f"{called} --config {folder}/a"):
        shell.offers(line)
    shell.environment = usual
    check(not mark.exists() and not (folder / mark.name).exists() and not (bench.folder / mark.name).exists(),
          f"{name} runs what stands in a name")


def type_at(shell, name, config):
    """With the Tab key, as a person sees it."""
    terminal = shell.interactive()
    terminal.wait("ready>", name)
    terminal.type("slackauditctl sta\t")
    terminal.wait("ready> slackauditctl status", f"{name} to complete a verb")
    terminal.type(f"\x15slackauditctl -c {config} test --source acme\t")
    terminal.type("-\t" if name == "zsh" else "-e\t")
    terminal.wait("test --source acme-eu", f"{name} to complete a name")
    terminal.type("\x15slackauditctl deadletter \t")
    terminal.wait(lambda words: re.search(r"deadletter (l |r |)?.*list +retry", words), f"{name} to list words")
    terminal.type("\x15exit\n")
    same(terminal.wait_end(), 0, f"the end of {name}")


def scenario(bench):
    missing = [name for name in SHELLS if shutil.which(name) is None]
    if missing:
        raise Skip(f"not installed: {', '.join(missing)}")
    folder, config = configure(bench)
    ask_names(bench, folder, config)
    told = slackauditctl(bench, "--help").out.decode()
    verbs = set(re.findall(r"^  ([a-z]+)", told[:told.index("General options")], re.MULTILINE))
    check(len(verbs) > 10, f"the help has the verbs {verbs}")
    for name, shell in SHELLS.items():
        made = shell(bench, bench.source_tree / "completions")
        try_lines(made, name, verbs, {"folder": folder, "config": config})
        try_strangers(bench, made, name)
        if name != "fish":
            type_at(made, name, config)


run(scenario)
