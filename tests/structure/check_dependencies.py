"""What the build needs is the same wherever it is said: in CMakeLists.txt and the RPM packages' specification, as pkg-config
calls it; in packaging/install-needed and the Debian packages' control file, as Debian does."""

import pathlib
import re
import sys

TREE = pathlib.Path(__file__).resolve().parents[2]
# debhelper brings these.
BUILD_ESSENTIAL = {"gcc", "libc6-dev", "make"}
ONLY_DEBHELPER = re.compile(r"debhelper-compat|dh-sequence-\w+")


def read(name: str) -> str:
    return (TREE / name).read_text(encoding="utf-8")


def compare(where: str, found: set[str], elsewhere: str, wanted: set[str]) -> list[str]:
    problems = [f"{where} lacks {name}, which {elsewhere} has" for name in sorted(wanted - found)]
    problems += [f"{elsewhere} lacks {name}, which {where} has" for name in sorted(found - wanted)]
    return problems if found or wanted else [f"nothing was found in {where} and {elsewhere}"]


def looked_for() -> set[str]:
    """By CMake: `name` or `name >= version`."""
    found = re.findall(r"^pkg_check_modules\(\w+ REQUIRED IMPORTED_TARGET ([^)]+)\)", read("CMakeLists.txt"), re.MULTILINE)
    return {module.replace(">=", " >= ") for module in found}


def required_by_rpm() -> set[str]:
    found = re.findall(r"^BuildRequires: +pkgconfig\(([^)]+)\)(.*)$", read("packaging/rpm/slackauditd.spec"), re.MULTILINE)
    return {(name + version).strip() for name, version in found}


def installed() -> set[str]:
    words = re.search(r'^build="([^"]*)"', read("packaging/install-needed"), re.MULTILINE)[1]
    return set(words.split()) - BUILD_ESSENTIAL


def required_by_debian() -> set[str]:
    field = re.search(r"^Build-Depends:(.*(?:\n .*)*)", read("packaging/debian/control"), re.MULTILINE)[1]
    names = {part.split()[0] for part in field.split(",")}
    return {name for name in names if not ONLY_DEBHELPER.fullmatch(name)}


def main() -> int:
    modules, packages = looked_for(), installed()
    problems = compare("packaging/rpm/slackauditd.spec", required_by_rpm(), "CMakeLists.txt", modules)
    problems += compare("packaging/debian/control", required_by_debian(), "packaging/install-needed", packages)
    for problem in problems:
        print(problem)
    print(f"{len(modules)} modules, {len(packages)} packages, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
