"""The whole installation, staged below DESTDIR as packages are made: nothing is written beside it, each file belongs
to one of the components `library`, `development`, `programs` and `simulator`, the headers are the public ones, and slackaudit.pc
speaks of the prefix that the package will have.

    staged.py --build BUILD --version VERSION"""

import argparse
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "structure"))
import scratch  # noqa: E402
from public_headers import public_headers  # noqa: E402
from scratch import check, run  # noqa: E402

COMPONENTS = ("library", "development", "programs", "simulator")
PREFIX = "/usr"


def files_below(folder):
    """Every file and link, as it will be called when the package is installed."""
    return {"/" + str(path.relative_to(folder)) for path in folder.rglob("*")
            if path.is_symlink() or not path.is_dir()}


def stage(build, folder, component=None):
    folder.mkdir()
    for told in scratch.install(build, PREFIX, component, folder):
        check(told.startswith(f"{folder}/"), f"{told} was written, which is not below DESTDIR")
    return files_below(folder)


def check_components(parts, everything):
    for component, files in parts.items():
        check(files, f"the component {component} is empty")
        for other, others in parts.items():
            check(component == other or not files & others,
                  f"{component} and {other} both have {files & others}")
    together = set().union(*parts.values())
    check(together == everything, f"in no component, or in no whole: {together ^ everything}")


def check_library(files, version):
    """The runtime component is the library and the name that programs ask for."""
    names = {pathlib.PurePath(path).name for path in files}
    wanted = {"libslackaudit.so.1", f"libslackaudit.so.1.{version}"}
    check(names == wanted, f"the component `library` has {names}, not {wanted}")


def check_development(files):
    headers = {path.rsplit("/", 1)[1] for path in files if path.startswith(f"{PREFIX}/include/slackaudit/")}
    wanted = {path.name for path in public_headers()}
    check(headers == wanted, f"public by their prose or installed, not both: {headers ^ wanted}")
    rest = {pathlib.PurePath(path).name for path in files} - headers
    for name in ("libslackaudit.so", "libslackaudit.a", "slackaudit.pc", "slackauditConfig.cmake",
                 "slackauditConfigVersion.cmake"):
        check(name in rest, f"the component `development` has no {name}")
    check(not any(re.search(r"\.so\.\d", name) for name in rest), "the library itself is among the development files")


def check_programs(programs, simulator):
    for path in ("/usr/bin/slackauditd", "/usr/bin/slackauditctl", "/etc/slackauditd/slackauditd.yaml"):
        check(path in programs, f"the component `programs` has no {path}")
    check("/usr/bin/slackaudit-sim" in simulator, "the component `simulator` has no program")


def check_pc(folder, version):
    path = next(folder.rglob("slackaudit.pc"))
    told = [run(["pkg-config", f"--variable={name}", path]).strip() for name in ("prefix", "libdir", "includedir")]
    libdir = "/" + str(path.parent.parent.relative_to(folder))
    check(told == [PREFIX, libdir, f"{PREFIX}/include"], f"slackaudit.pc speaks of {told}")
    check(run(["pkg-config", "--modversion", path]).strip() == version, "slackaudit.pc has another version")
    check(str(folder) not in path.read_text(encoding="utf-8"), "slackaudit.pc speaks of DESTDIR")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--version", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="slackaudit-staged-") as name:
        folder = pathlib.Path(name)
        everything = stage(arguments.build, folder / "everything")
        parts = {component: stage(arguments.build, folder / component, component) for component in COMPONENTS}
        check_components(parts, everything)
        check_library(parts["library"], arguments.version)
        check_development(parts["development"])
        check_programs(parts["programs"], parts["simulator"])
        check_pc(folder / "everything", arguments.version)
        print(", ".join(f"{component}: {len(files)} files" for component, files in parts.items()))


if __name__ == "__main__":
    try:
        main()
    except scratch.Failure as failure:
        sys.exit(str(failure))
