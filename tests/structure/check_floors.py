"""Includes point downward only, each third-party header is included by one file, and what stands
above libslackaudit includes its public headers alone."""

import re
import sys

from public_headers import SOURCES, public_headers

# From the ground up; what stands on one line is one floor, whose folders do not include each other except as said below.
FLOORS = [{"base"}, {"sys"}, {"slackaudit"}, {"config"}, {"store", "format"}, {"output", "source"}, {"daemon"}, {"ctl"}, {"main"}]
HEIGHT = {folder: height for height, floor in enumerate(FLOORS) for folder in floor}

# The simulator stands beside the floors: it may use the two lowest, and only its main includes it.
ASIDE = {"simulator": {"base", "sys", "simulator"}}

THIRD_PARTY = re.compile(
    r"^(curl|json-c|json|yaml|systemd|sqlite3|zlib|xxhash|microhttpd)(/|\.h|$)"
)
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)


def may_include(folder: str, target: str) -> bool:
    if folder in ASIDE:
        return target in ASIDE[folder]
    if target in ASIDE:
        return folder == "main"
    return folder == target or HEIGHT[target] < HEIGHT[folder]


def is_back_door(folder: str, target: str, public: set[str]) -> bool:
    """The daemon stands on the API that everybody has."""
    return (target.startswith("slackaudit/") and target not in public
            and folder != "slackaudit")


def main() -> int:
    problems = []
    public = {f"slackaudit/{path.name}" for path in public_headers()}
    users: dict[tuple[str, str], set[str]] = {}
    files = sorted(path for path in SOURCES.rglob("*") if path.suffix in {".c", ".h"})
    for path in files:
        name = str(path.relative_to(SOURCES))
        folder = name.split("/")[0]
        for kind, target in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if kind == '"' and not may_include(folder, target.split("/")[0]):
                problems.append(f"{name} includes {target}: it points up")
            if kind == '"' and is_back_door(folder, target, public):
                problems.append(f"{name} includes {target}: it is no public header of libslackaudit")
            if kind == "<" and THIRD_PARTY.match(target):
                # A program of its own, beside the floors, has a file of its own for it.
                side = folder if folder in ASIDE else ""
                users.setdefault((target.split("/")[0], side), set()).add(name)
    for (header, _), names in sorted(users.items()):
        if len(names) > 1:
            problems.append(f"<{header}> is included by more than one file: {', '.join(sorted(names))}")
    if not files or not users or not public:
        problems.append("nothing was checked: the sources were not found")
    for problem in problems:
        print(problem)
    print(f"{len(files)} files, {len(users)} third-party headers, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
