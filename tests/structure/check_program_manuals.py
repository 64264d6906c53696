"""Each program's manual page tells of every option and verb that its --help lists, and of none that it
does not have, and of what `verify` can find; the help fits a terminal, and all pages are clean for mandoc."""

import argparse
import pathlib
import re
import subprocess
import sys

TREE = pathlib.Path(__file__).resolve().parents[2]
MAN = TREE / "docs/man"
PAGES = {"slackauditd": "slackauditd.8", "slackaudit-sim": "slackaudit-sim.1"}


def help_of(program):
    return subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout


def options_of_help(text):
    return set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", text))


def options_of_page(page):
    text = page.read_text(encoding="utf-8")
    return set(re.findall(r"\bFl -([a-z][a-z-]+)", text))


def findings():
    """What `slackauditctl verify` can find, by name."""
    text = (TREE / "src/ctl/verification_tell.c").read_text(encoding="utf-8")
    return re.findall(r'"(\w+)"', re.search(r"finding_names\[FINDINGS\] = \{([^}]*)\}", text)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mandoc", required=True)
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    problems = []
    count = 0
    for program, name in PAGES.items():
        text = help_of(arguments.binaries / program)
        has, tells = options_of_help(text), options_of_page(MAN / name)
        problems += [f"{program} --help is wider than a terminal: {line}"
                     for line in text.splitlines() if len(line) > 80]
        count += len(has)
        problems += [f"{name} does not tell of --{option}" for option in sorted(has - tells)]
        problems += [f"{name} tells of --{option}, which --help does not know" for option in sorted(tells - has)]
    told = (MAN / "slackauditctl.1").read_text(encoding="utf-8")
    problems += [f"slackauditctl.1 does not tell of the finding {name}" for name in findings()
                 if not re.search(rf"\bLi .*\b{name}\b", told)]
    pages = sorted(path for path in MAN.iterdir() if path.suffix in {".1", ".5", ".8"})
    for page in pages:
        lint = subprocess.run([arguments.mandoc, "-T", "lint", "-W", "warning", page],
                              capture_output=True, text=True, check=False)
        if lint.returncode != 0 or lint.stdout or lint.stderr:
            problems.append(f"mandoc -T lint:\n{lint.stdout}{lint.stderr}".rstrip())
    if count < 20 or len(pages) < 3:
        problems.append("nothing was checked: the pages or the options were not found")
    for problem in problems:
        print(problem)
    print(f"{len(pages)} pages, {count} options, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
