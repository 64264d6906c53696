"""systemd-analyze judges the units' sandbox, without running them: the exposure is at most 1.4, of 10.

    exposure.py UNIT..."""

import re
import shutil
import subprocess
import sys

MOST_EXPOSED = 1.4


def version():
    told = subprocess.run(["systemd-analyze", "--version"], capture_output=True, text=True, check=True).stdout
    return int(told.split()[1])


def main():
    if shutil.which("systemd-analyze") is None or version() < 250:
        print("skipped: no systemd-analyze that judges unit files (250 and above)")
        return 77
    code = 0
    for unit in sys.argv[1:]:
        told = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
                              capture_output=True, text=True, check=False)
        found = re.search(r"exposure level for \S+ ([0-9.]+)", told.stdout)
        print(told.stdout.strip().splitlines()[-1] if found else told.stdout + told.stderr)
        if found is None or float(found[1]) > MOST_EXPOSED:
            print(f"{unit}: at most {MOST_EXPOSED} is allowed")
            code = 1
    return code if len(sys.argv) > 1 else 1


sys.exit(main())
