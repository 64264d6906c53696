"""Runs one scenario as a program: exit 0 when it holds, 1 when not, 77 when it cannot be run
here.

    python3 tests/scenarios/once.py --binaries build/src [--seed N] [--keep]
"""

import argparse
import pathlib
import signal
import sys
import time
import traceback

from .bench import Bench, Binaries
from .failure import Skip
from .process import tail

EXIT_SKIPPED = 77


def read_arguments(own):
    parser = argparse.ArgumentParser()
    for name, meaning in own.items():
        parser.add_argument(f"--{name}", required=True, help=meaning)
    parser.add_argument("--binaries", type=pathlib.Path, required=True,
                        help="the folder with slackauditd, slackauditctl and slackaudit-sim")
    parser.add_argument("--seed", type=int, default=None, help="repeats the chance of a run")
    parser.add_argument("--keep", action="store_true", help="keeps the temporary folder")
    return parser.parse_args()


def run(scenario, **own):
    """Runs the scenario and ends the program. `own` are arguments that this scenario alone takes,
    each with its meaning; it is handed their values by name."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    arguments = read_arguments(own)
    seed = arguments.seed if arguments.seed is not None else time.time_ns() % 1000000
    source_tree = pathlib.Path(__file__).resolve().parents[3]
    bench = Bench(Binaries(arguments.binaries.resolve()), source_tree, seed)
    print(f"seed {seed}, folder {bench.folder}", flush=True)
    code = 1
    try:
        scenario(bench, **{name: getattr(arguments, name) for name in own})
        bench.end_processes()
        bench.judge_end()
        code = 0
    except Skip as reason:
        print(f"skipped: {reason}")
        code = EXIT_SKIPPED
    except Exception:  # whatever it was, it is shown with the logs, and fails
        traceback.print_exc()
        show_logs(bench)
    finally:
        bench.close(keep=arguments.keep)
    sys.exit(code)


def show_logs(bench):
    for path in sorted(bench.folder.rglob("*.log")):
        print(f"---- the end of {path.relative_to(bench.folder)}", file=sys.stderr)
        print(tail(path, 40), file=sys.stderr)
