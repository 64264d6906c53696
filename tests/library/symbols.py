"""The shared library exports the functions of the public headers and nothing else; they are those of the committed
list src/slackaudit/libslackaudit.symbols. The static library defines no other global name. The shared one needs no
libraries but those that its parts use.

    symbols.py SHARED STATIC     the test
    symbols.py --renew SHARED    writes the list anew (the target `symbols`): look at the difference before you
                                 commit it. A name that is gone or means something else breaks programs that were
                                 built before, so SOVERSION in src/slackaudit/CMakeLists.txt goes up."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "structure"))
from public_headers import SOURCES, declared_functions  # noqa: E402

LIST = SOURCES / "slackaudit/libslackaudit.symbols"
SONAME = "libslackaudit.so.1"
VERSION_NODE = re.compile(r"SLACKAUDIT_\d+")

# Of the system and of the sanitizers: everybody has them or asked for them.
COMMON = re.compile(r"(libc|libm|ld-linux[-\w]*|libgcc_s|libasan|libubsan)\.so\.\d+")
NEEDED = re.compile(r"(libcurl|libjson-c)\.so\.\d+")


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def globals_of(*options):
    """The names that nm tells, without the symbol that stands for the version of the others."""
    lines = (line.split() for line in output_of("nm", "--format=posix", "--defined-only", *options).splitlines())
    names = {words[0].split("@")[0] for words in lines if len(words) > 1}
    return {name for name in names if not VERSION_NODE.fullmatch(name)}


def compare(what, found, wanted):
    """Says which names are too many and which are missing."""
    return ([f"{what}: {name} should not be there" for name in sorted(found - wanted)]
            + [f"{what}: {name} is missing" for name in sorted(wanted - found)])


def check_dynamic(shared):
    dynamic = output_of("readelf", "--dynamic", "--wide", shared)
    soname = re.search(r"\(SONAME\).*\[(.*)\]", dynamic)
    if soname is None or soname[1] != SONAME:
        yield f"its soname is {soname and soname[1]}, not {SONAME}"
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    for name in needed:
        if not COMMON.fullmatch(name) and not NEEDED.fullmatch(name):
            yield f"it needs {name}"
    if not any(NEEDED.fullmatch(name) for name in needed):
        yield f"it needs neither libcurl nor json-c: {needed}"


def check(shared, static):
    listed = LIST.read_text(encoding="ascii").split()
    problems = compare("shared library", globals_of("--dynamic", shared), set(listed))
    problems += compare("static library", globals_of("--extern-only", static), set(listed))
    problems += compare("public headers", declared_functions(), set(listed))
    if listed != sorted(set(listed)):
        problems.append("the list is not sorted")
    if problems:
        problems.append(f"if the API is meant to change: `make symbols`, and look at what changes in {LIST.name}")
    problems += check_dynamic(shared)
    for problem in problems:
        print(problem)
    print(f"{len(listed)} symbols, {len(problems)} problems")
    return 1 if problems or not listed else 0


def renew(shared):
    LIST.write_text("".join(f"{name}\n" for name in sorted(globals_of("--dynamic", shared))), encoding="ascii")
    print(f"{LIST} is new")
    return 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if len(arguments) != 2:
        sys.exit(__doc__)
    sys.exit(renew(arguments[1]) if arguments[0] == "--renew" else check(*arguments))
