"""lintian finds neither an error nor a warning in the Debian packages, and no override that has become needless.

    lintian.py --packages FOLDER"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

REFUSED = re.compile(r"^([EW]: .*|I: \S+ (unused|mismatched)-override .*)$", re.MULTILINE)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    changes = list(parser.parse_args().packages.glob("*.changes"))
    if shutil.which("lintian") is None or not changes:
        print("skipped: no lintian (packaging/install-needed package), or no packages")
        return 77
    told = subprocess.run(["lintian", "--allow-root", "--display-info", *changes], capture_output=True, text=True,
                          check=False)
    print(told.stdout + told.stderr)
    refused = REFUSED.findall(told.stdout)
    print(f"{len(refused)} errors and warnings")
    return 1 if refused or told.returncode != 0 else 0


sys.exit(main())
