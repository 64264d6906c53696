"""A program of docs/examples, built from this tree, does what example_checks.py says of it.

    python3 tests/library/examples.py --binaries build/src --program build/tests/library/async
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenarios"))

from example_checks import CHECKS, Program  # noqa: E402
from harness import run  # noqa: E402


def scenario(bench, program):
    path = pathlib.Path(program).resolve()
    CHECKS[path.name](bench, Program(bench, path))


if __name__ == "__main__":
    run(scenario, program="the built example")
