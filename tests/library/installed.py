"""Programs that are built against the installed library through pkg-config, with the shared and with the static one,
and run: each must end with 0 and write nothing that a sanitizer would.

    installed.py --build BUILD --cc gcc --cxx g++ [--flags FLAGS] [--simulator FOLDER | --examples FOLDER] SOURCE...

With --simulator, slackaudit-sim of that folder plays Slack, with 5,000 entries; the program is told where and with
which token by SLACKAUDIT_BASE_URL and SLACKAUDIT_TOKEN. With --examples, each is a program of docs/examples and does
what example_checks.py says. In tests/library/CMakeLists.txt that is one line: installed_program(...)."""

import argparse
import pathlib
import shlex
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenarios"))
import scratch  # noqa: E402
from harness.bench import Bench, Binaries  # noqa: E402

STRICT = ["-pedantic", "-Wall", "-Wextra", "-Werror"]
STANDARDS = {".c": "-std=c11", ".cc": "-std=c++17"}


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--cc", required=True)
    parser.add_argument("--cxx", required=True)
    parser.add_argument("--flags", default="", help="that the library was built with and a program needs too")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--simulator", type=pathlib.Path, help="the folder of slackaudit-sim")
    how.add_argument("--examples", type=pathlib.Path, help="likewise")
    parser.add_argument("sources", type=pathlib.Path, nargs="+")
    return parser.parse_args()


def run_with_simulator(folder, program, environment):
    bench = Bench(Binaries(folder.resolve()), pathlib.Path(__file__).resolve().parents[2], seed=1)
    try:
        api = bench.simulator(entries=5000)
        told = {"SLACKAUDIT_BASE_URL": api.base_url, "SLACKAUDIT_TOKEN": api.token}
        return scratch.run([program], {**environment, **told})
    finally:
        bench.close()


def run(arguments, program, environment):
    if arguments.simulator:
        return run_with_simulator(arguments.simulator, program, environment)
    if arguments.examples:
        script = pathlib.Path(__file__).with_name("examples.py")
        return scratch.run([sys.executable, "-B", script, "--binaries", arguments.examples, "--program", program],
                           environment)
    return scratch.run([program], environment)


def build(prefix, arguments, source, folder):
    """Compiles a copy of the source as its user would; returns the program."""
    program = folder / ("shared" if prefix.is_shared else "static") / source.stem
    copied = scratch.copy(source, program.parent)
    compiler = arguments.cc if source.suffix == ".c" else arguments.cxx
    scratch.run([compiler, STANDARDS[source.suffix], *STRICT, *shlex.split(arguments.flags),
                 *prefix.pkg_config("--cflags"), copied, "-o", program, *prefix.pkg_config("--libs")])
    prefix.check_link(program)
    return program


def main():
    arguments = read_arguments()
    with tempfile.TemporaryDirectory(prefix="slackaudit-installed-") as name:
        folder = pathlib.Path(name)
        prefixes = [scratch.Prefix(arguments.build, folder / "with-shared"),
                    scratch.Prefix(arguments.build, folder / "with-static", shared=False)]
        for source in arguments.sources:
            for prefix in prefixes:
                program = build(prefix, arguments, source, folder / source.suffix.lstrip("."))
                print(run(arguments, program, prefix.environment()), end="")
                print(f"{source.name}, {program.parent.name}: ok")


if __name__ == "__main__":
    try:
        main()
    except scratch.Failure as failure:
        sys.exit(str(failure))
