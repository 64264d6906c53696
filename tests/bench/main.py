"""The table of parts, and the run of those that were asked for."""

import argparse
import pathlib
import signal
import sys
import time
import traceback

from harness.failure import Failure

from . import machine, settings
from .parts import PARTS
from .report import Earlier, Report
from .workplace import Workplace, build_programs

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130


def described(values):
    return ", ".join(f"{name}={value}" for name, value in values.items())


def read_arguments():
    parser = argparse.ArgumentParser(
        prog="tests/bench/run",
        description="Measures slackauditd against its goals, beside a bare program. "
                    "Exit code 0 unless a measurement failed (1), or with --strict a goal is not "
                    "met (1).",
        epilog="Parts: " + "; ".join(f"{name} ({part.title})" for name, part in PARTS.items())
               + ". Environment: " + described(settings.values()))
    parser.add_argument("build", type=pathlib.Path, help="the build folder")
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], metavar="PART",
                        help="default: all")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE",
                        help="write the rows there too")
    parser.add_argument("--beside", type=pathlib.Path, metavar="FILE",
                        help="say by how much each figure differs from that earlier --json FILE")
    parser.add_argument("--strict", action="store_true", help="a goal that is not met is an error")
    return parser.parse_intermixed_args()  # options may stand before parts


def run_part(name, build, binaries, report):
    """False: it failed, and what it said is on standard error."""
    report.begin(name, PARTS[name].title)
    place, begin = Workplace(build, binaries), time.monotonic()
    try:
        PARTS[name].measure(place, report)
        return True
    except Exception as error:  # the others are measured all the same
        if not isinstance(error, Failure):
            traceback.print_exc()
        print(f"bench: {name}: {error}", file=sys.stderr, flush=True)
        return False
    finally:
        place.close()
        print(f"  ({time.monotonic() - begin:.0f} s)", flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    arguments = read_arguments()
    machine.use_disk()
    try:
        return measure(arguments)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def describe_machine():
    """Tells what the figures are worth, and touches memory."""
    about = {**machine.about(), "settings": settings.values()}
    print(f"{about['processors']} processors ({about['model']}), kernel {about['kernel']}, "
          f"{about['disk']}, load {about['load']:.2f}; {described(about['settings'])}")
    if about["disk"] in ("tmpfs", "ramfs"):
        print("Temporary folders are in memory, where a sync costs nothing: set TMPDIR to a disk's")
    mebibytes = min(settings.WARM, machine.free_memory() // 2)
    if mebibytes > 0:
        cold, warm = machine.warm(mebibytes)
        print(f"touching {mebibytes} MiB of memory: {cold:.2f} s a GiB, then {warm:.2f}")
    return about


def measure(arguments):
    begin = time.monotonic()
    build = arguments.build.resolve()
    try:
        report = Report(Earlier(arguments.beside))
        binaries = build_programs(build)
    except (Failure, OSError, ValueError, KeyError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return EXIT_FAILED
    about = describe_machine()
    names = arguments.part or list(PARTS)
    failed = [name for name in names if not run_part(name, build, binaries, report)]
    over = report.over()
    about["seconds"] = round(time.monotonic() - begin)
    if arguments.json is not None:
        report.write(arguments.json, {**about, "failed": failed})
    print(f"\n{about['seconds']} s; {len(over)} goals not met"
          + (f"; failed: {', '.join(failed)}" if failed else ""))
    for row in over:
        print(f"  over: {row.what}")
    return EXIT_FAILED if failed or (arguments.strict and over) else 0
