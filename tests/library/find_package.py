"""A project of somebody else finds the installed library with CMake's find_package(slackaudit), in its very version,
and links slackaudit::slackaudit and slackaudit::static into programs in C and C++, which run.

    find_package.py --build BUILD --cc gcc --cxx g++ --generator NAME --version VERSION [--flags FLAGS]"""

import argparse
import pathlib
import sys
import tempfile

import scratch

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ["c_shared", "c_static", "cxx_shared", "cxx_static"]


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    for option in ("--cc", "--cxx", "--generator", "--version"):
        parser.add_argument(option, required=True)
    parser.add_argument("--flags", default="")
    return parser.parse_args()


def main():
    arguments = read_arguments()
    with tempfile.TemporaryDirectory(prefix="slackaudit-package-") as name:
        folder = pathlib.Path(name)
        prefix = scratch.Prefix(arguments.build, folder / "prefix")
        for path in (HERE / "consumer/CMakeLists.txt", HERE / "smoke.c", HERE / "smoke.cc"):
            scratch.copy(path, folder / "consumer")
        built = folder / "built"
        scratch.run(["cmake", "-S", folder / "consumer", "-B", built, "-G", arguments.generator,
                     f"-DCMAKE_PREFIX_PATH={prefix.folder}", f"-DWANTED={arguments.version}",
                     f"-DCMAKE_C_COMPILER={arguments.cc}", f"-DCMAKE_CXX_COMPILER={arguments.cxx}",
                     f"-DCMAKE_C_FLAGS={arguments.flags}", f"-DCMAKE_CXX_FLAGS={arguments.flags}"])
        scratch.run(["cmake", "--build", built])
        for program in PROGRAMS:
            prefix.is_shared = program.endswith("_shared")
            prefix.check_link(built / program)
            scratch.run([built / program])
            print(f"{program}: ok")


if __name__ == "__main__":
    try:
        main()
    except scratch.Failure as failure:
        sys.exit(str(failure))
