"""The shared library exports the functions of the public headers and nothing else; they are those of the committed
list src/slackaudit/libslackaudit.symbols. The static library defines no other global name. The shared one needs no
libraries but those that its parts use.

    symbols.py SHARED STATIC     the test
    symbols.py --renew SHARED    writes the list anew (the target `symbols`), and packaging/debian's, which says since
                                 which version each name is there: look at the difference before you commit it. A
                                 name that is gone or means something else breaks programs that were built before, so
                                 SOVERSION in src/slackaudit/CMakeLists.txt goes up."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "structure"))
from public_headers import SOURCES, declared_functions  # noqa: E402

LIST = SOURCES / "slackaudit/libslackaudit.symbols"
DEBIAN_LIST = SOURCES.parent / "packaging/debian/libslackaudit1.symbols"
SONAME = "libslackaudit.so.1"
NODE = "SLACKAUDIT_1"
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


def debian_versions():
    """The version of the project that each name came with, as Debian's list has it."""
    lines = DEBIAN_LIST.read_text(encoding="ascii").splitlines() if DEBIAN_LIST.exists() else []
    return {line.split("@")[0].strip(): line.split()[-1] for line in lines if f"@{NODE} " in line}


def check(shared, static):
    listed = LIST.read_text(encoding="ascii").split()
    problems = compare("shared library", globals_of("--dynamic", shared), set(listed))
    problems += compare("static library", globals_of("--extern-only", static), set(listed))
    problems += compare("public headers", declared_functions(), set(listed))
    problems += compare(f"packaging/debian/{DEBIAN_LIST.name}", debian_versions().keys() - {NODE}, set(listed))
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
    names = sorted(globals_of("--dynamic", shared))
    LIST.write_text("".join(f"{name}\n" for name in names), encoding="ascii")
    project = (SOURCES.parent / "CMakeLists.txt").read_text(encoding="utf-8")
    version = re.search(r"^project\(\S+ VERSION ([0-9.]+)", project, re.MULTILINE)[1]
    known = debian_versions()
    DEBIAN_LIST.write_text("".join([
        f"{SONAME} libslackaudit1 #MINVER#\n* Build-Depends-Package: libslackaudit-dev\n",
        *(f" {name}@{NODE} {known.get(name, version)}\n" for name in [NODE, *names])]), encoding="ascii")
    print(f"{LIST} and {DEBIAN_LIST} are new")
    return 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if len(arguments) != 2:
        sys.exit(__doc__)
    sys.exit(renew(arguments[1]) if arguments[0] == "--renew" else check(*arguments))
