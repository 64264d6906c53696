"""Each public header compiles alone, as C11 and as C++17, strictly and without anything of the tree behind it.

gcc and g++ must be there; clang and clang++ are asked when they are."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "structure"))
from public_headers import public_headers  # noqa: E402

STRICT = ["-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
C, CXX = ["-x", "c", "-std=c11"], ["-x", "c++", "-std=c++17"]
COMPILERS = [("gcc", C, True), ("g++", CXX, True), ("clang", C, False), ("clang++", CXX, False)]


def complaint(command, source):
    """What the compiler says of the source; nothing when it is content."""
    done = subprocess.run(command + ["-"], input=source, capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode != 0 or done.stderr else ""


def main() -> int:
    problems = []
    compiled = 0
    with tempfile.TemporaryDirectory(prefix="slackaudit-headers-") as folder:
        include = pathlib.Path(folder) / "slackaudit"
        include.mkdir()
        for header in public_headers():
            shutil.copy(header, include)
        for name, language, is_needed in COMPILERS:
            compiler = shutil.which(name)
            if compiler is None:
                if is_needed:
                    problems.append(f"{name} is not installed")
                continue
            command = [compiler, *language, *STRICT, "-I", folder]
            if not complaint(command, "int f(void) { int unused; }\n"):
                problems.append(f"{name} accepts anything")
            for header in sorted(include.iterdir()):
                words = complaint(command, f'#include "slackaudit/{header.name}"\n')
                if words:
                    problems.append(f"{name}, {header.name}:\n{words}")
                compiled += 1
    for problem in problems:
        print(problem)
    print(f"{compiled} compilations, {len(problems)} problems")
    return 1 if problems or not compiled else 0


if __name__ == "__main__":
    sys.exit(main())
