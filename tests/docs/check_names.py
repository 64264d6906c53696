"""What the documents name, exists: options and verbs of the programs in every command, keys of the configuration, and files
of the tree.

    check_names.py --binaries FOLDER"""

import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys

from documents import DOCUMENTS, TREE, end, fenced_blocks, indented_blocks, prose, read, rows, spans

PROGRAMS = ("slackauditd", "slackauditctl", "slackaudit-sim")
BEFORE = r"(?:^|[|;&(!] |-- |\b(?:sudo|while|until|then|do) |/bin/) *"
COMMAND = re.compile(rf"{BEFORE}((?:{'|'.join(PROGRAMS)})(?=[ \n]|$)[^|;&)#<>\n]*)", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])(--?[a-zA-Z][a-z-]*)")
KEY = re.compile(r"^(?:sources\[\]\.|outputs\[\]\.)?([a-z_]+(?:\.[a-z_]+)+)(?:: .*)?$")
FILE = re.compile(r"^(?:src|tests|docs|config|completions|packaging|systemd|cmake)/[\w./@-]+$")
# What reads like a command in a sentence and is none: an account, a unit, a file, a variable.
NO_VERB = re.compile(r"^[A-Z<.…=:]|^$")


class Programs:
    """What each program and verb says that it takes."""

    def __init__(self, folder):
        self.folder = folder
        self.options = {name: self.ask(name, "--help") for name in PROGRAMS}
        general = self.help("slackauditctl", "--help")
        self.verbs = set(re.findall(r"^  ([a-z]+) ", general, re.MULTILINE))
        for verb in self.verbs:
            self.options[verb] = self.ask("slackauditctl", verb, "--help") | self.options["slackauditctl"]

    def help(self, program, *words):
        return subprocess.run([self.folder / program, *words], capture_output=True, text=True, check=True).stdout

    def ask(self, *words):
        return set(OPTION.findall(self.help(*words))) | {"-h"}


def check_command(programs, text, place, problems):
    """Whether the program has what stands behind its name."""
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        words = text.split()
    program, words = words[0], words[1:]
    known, verb = programs.options[program], None
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and OPTION.match(word):
            option = word.split("=")[0]
            if option not in known:
                problems.append(f"{place}: {verb or program} has no {option}")
            skip = option in ("-c", "--config")
        elif program == "slackauditctl" and verb is None and not NO_VERB.match(word):
            verb = word
            if verb not in programs.verbs | {"help"}:
                problems.append(f"{place}: slackauditctl has no verb {verb}")
                return
            known = programs.options.get(verb, known)


def keys_of_schema(schema, prefix=""):
    """The paths of all keys, without the lists that they stand in."""
    if isinstance(schema, list):
        for one in schema:
            yield from keys_of_schema(one, prefix)
    elif isinstance(schema, dict):
        for name, value in schema.items():
            if name == "properties":
                for key, inner in value.items():
                    yield f"{prefix}{key}"
                    yield from keys_of_schema(inner, f"{prefix}{key}.")
            else:
                yield from keys_of_schema(value, prefix)


def known_keys():
    schema = json.loads((TREE / "config/slackauditd.schema.json").read_text(encoding="utf-8"))
    definitions = {**schema.get("definitions", {}), **schema.get("$defs", {})}
    paths = set(keys_of_schema(schema))
    for name, definition in definitions.items():
        for path in list(keys_of_schema(definition)):
            paths |= {path, f"{name}.{path}"}
    # `batch.max_bytes` is short for `outputs.batch.max_bytes`.
    return {".".join(path.split(".")[start:]) for path in paths for start in range(path.count(".") + 1)}


def check_store_versions(problems):
    """docs/upgrade.md says of each layout of the store what the upgrade to it does."""
    schema = (TREE / "src/store/schema.c").read_text(encoding="utf-8")
    known = [str(version) for version in range(1, int(re.search(r"\bVERSION = (\d+)", schema)[1]) + 1)]
    told = [cells[0] for cells in rows(read(TREE / "docs/upgrade.md"), "version")]
    if told != known:
        problems.append(f"docs/upgrade.md tells of the store's versions {told}, and there are {known}")


def check_readme(programs, problems):
    """Its table of the programs names every verb."""
    told, = (cells[1] for cells in rows(read(TREE / "README.md"), "") if cells[0] == "`slackauditctl`")
    problems += [f"README.md does not name the verb {verb}" for verb in sorted(programs.verbs)
                 if not re.search(rf"\b{verb}\b", told)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    programs = Programs(parser.parse_args().binaries)
    keys = known_keys()
    tops = {key.split(".")[0] for key in keys if "." in key}
    problems, commands, named, files = [], 0, 0, 0
    check_store_versions(problems)
    check_readme(programs, problems)
    for document in DOCUMENTS:
        place = str(document.relative_to(TREE))
        codes = spans(prose(document))
        blocks = [block.text for block in [*indented_blocks(document), *fenced_blocks(document, "sh")]]
        for text in [*codes, *blocks]:
            for found in COMMAND.finditer(text):
                check_command(programs, found[1], place, problems)
                commands += 1
        for code in codes:
            key = KEY.match(code)
            if key and key[1].split(".")[0] in tops and not key[1].endswith((".c", ".h", ".db")):
                named += 1
                if key[1] not in keys:
                    problems.append(f"{place}: there is no key {key[1]}")
            if FILE.match(code):
                files += 1
                if not list(TREE.glob(code.rstrip("/").replace("NAME", "*").replace("FLOOR", "*"))):
                    problems.append(f"{place}: there is no file {code}")
    return end(problems, f"{commands} commands, {named} keys, {files} files", min(commands, named, files), 20)


if __name__ == "__main__":
    sys.exit(main())
