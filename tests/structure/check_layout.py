"""What `make format` cannot do: C sources of at most 600 lines, lines of at most 100 columns, includes in
alphabetical order within their block."""

import re
import sys

from public_headers import SOURCES

TREE = SOURCES.parent
MOST_LINES, MOST_COLUMNS = 600, 100
INCLUDE = re.compile(r'#include (["<][^">]+[">])')


def blocks(lines: list[str]):
    """Runs of includes, each with the number of its first line."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        found = INCLUDE.match(line)
        if found:
            block.append(found[1])
        elif block:
            yield number - len(block), block
            block = []


def main() -> int:
    problems = []
    files = sorted(path for folder in ("src", "tests", "docs") for path in (TREE / folder).rglob("*.[ch]"))
    for path in files:
        name = path.relative_to(TREE)
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > MOST_LINES:
            problems.append(f"{name} has {len(lines)} lines: split it by noun")
        problems += [f"{name}:{number}: {len(line)} columns" for number, line in enumerate(lines, 1)
                     if len(line) > MOST_COLUMNS]
        problems += [f"{name}:{number}: includes out of order" for number, block in blocks(lines)
                     if block != sorted(block, key=str.lower)]
    if not files:
        problems.append("nothing was checked: the sources were not found")
    for problem in problems:
        print(problem)
    print(f"{len(files)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
