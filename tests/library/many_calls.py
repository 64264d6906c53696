r"""Thousands of calls in flight on one thread all come to their end, through every fault, and leave
no memory and no descriptor behind: many_calls.c says how.

    python3 tests/library/many_calls.py --binaries build/src \
        --program build/tests/library/many_calls --under="valgrind --leak-check=full"
"""

import pathlib
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenarios"))

from harness import Skip, run  # noqa: E402
from harness.failure import same  # noqa: E402

CALLS = 2200
AT_ONCE = 2000
"""Fewer, because some end at once: refused, or with a page that is none."""

HOLD_UP = "slow:every=1,for=1h"
"""Strikes what no other fault strikes; the program ends it when it has seen enough."""

FAULTS = ["reset:every=11", "429:every=13,count=50", "503:every=17", "500:every=19",
          "truncate:every=23", "reset-body:every=29", "html:every=31", "unauthorized:every=101",
          HOLD_UP]

EXIT_SKIPPED = 77


def scenario(bench, program, under):
    api = bench.simulator(entries=20000, fault=FAULTS)
    command = [*shlex.split(under), program, api.base_url, api.token, CALLS, AT_ONCE]
    code = subprocess.run([str(word) for word in command], check=False).returncode
    if code == EXIT_SKIPPED:
        raise Skip("it may not have so many descriptors")
    same(code, 0, "the exit code of many_calls")


run(scenario, program="the built many_calls", under="what runs it, or nothing")
