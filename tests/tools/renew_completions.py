"""Writes the completions of bash, zsh and fish for all programs:
`renew_completions.py --print-verbs P --print-choices P --binaries FOLDER [--check]`.

With --check nothing is written; the exit code says whether they are what the tables make, and whether each
option and verb that a program's help tells of is in all of them."""

import argparse
import pathlib
import re
import sys

import completion_bash
import completion_fish
import completion_tables
import completion_zsh

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "completions"


def files(programs, words):
    """What each file holds."""
    made = {}
    for program in programs:
        made[FOLDER / "bash" / program.name] = completion_bash.text(program, words)
        made[FOLDER / "zsh" / f"_{program.name}"] = completion_zsh.text(program, words)
        made[FOLDER / "fish" / f"{program.name}.fish"] = completion_fish.text(program, words)
    return made


def told_by_help(path, program):
    """Options and verbs as a person is told of them, which is not the way that they came here."""
    texts = [completion_tables.printed(path, "--help")]
    texts += [completion_tables.printed(path, verb.name, "--help") for verb in program.verbs if verb.name != "help"]
    options = {name for text in texts for name in re.findall(r"^ +(?:-\w, )?--([a-z][a-z-]*)", text, re.MULTILINE)}
    verbs = {verb.name for verb in program.verbs}
    return options, verbs


def missing(path, program, made):
    options, verbs = told_by_help(path, program)
    for file, text in made.items():
        if file.name.strip("_").removesuffix(".fish") != program.name:
            continue
        has = set(re.findall(r"[a-z][a-z-]*", text))
        yield from (f"{file.relative_to(ROOT)} lacks {name}" for name in sorted((options | verbs) - has))
    if len(options) < 5:
        yield f"{program.name}: its help tells of {len(options)} options"


def main():
    parser = argparse.ArgumentParser()
    for name in ("print-verbs", "print-choices", "binaries"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    programs = [completion_tables.slackauditctl(arguments.print_verbs),
                completion_tables.plain_program(arguments.binaries / "slackauditd"),
                completion_tables.plain_program(arguments.binaries / "slackaudit-sim")]
    made = files(programs, completion_tables.choices(arguments.print_choices))
    problems = [text for program in programs for text in missing(arguments.binaries / program.name, program, made)]
    for path, text in made.items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if arguments.check:
            problems.append(f"{path.relative_to(ROOT)} is not what the tables make: run `ninja completions`")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"renewed {path.relative_to(ROOT)}")
    for path in sorted(set(FOLDER.rglob("*")) - set(made)):
        if path.is_file():
            problems.append(f"{path.relative_to(ROOT)}: nothing makes it")
    for problem in problems:
        print(problem)
    print(f"{len(made)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
