"""rpmlint finds neither an error nor a warning in the RPM packages and their source package, and no filter that has become
needless.

    rpmlint.py --packages FOLDER"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "packaging/rpm"
REFUSED = re.compile(r"^\S+: [EW]: .*$", re.MULTILINE)
COUNT = re.compile(r"(\d+) packages and \d+ specfiles checked; (\d+) errors, (\d+) warnings")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    packages = list(parser.parse_args().packages.glob("*.rpm"))
    if shutil.which("rpmlint") is None or not packages:
        print("skipped: no rpmlint (packaging/install-needed package), or no packages")
        return 77
    with tempfile.TemporaryDirectory() as home:  # rpm makes a database there
        told = subprocess.run(["rpmlint", "--config", FOLDER / "rpmlint.toml", "--rpmlintrc",
                               FOLDER / "slackauditd.rpmlintrc", *packages], capture_output=True, text=True, check=False,
                              env={**os.environ, "HOME": home})
    print(told.stdout + told.stderr)
    counted = COUNT.search(told.stdout)
    clean = counted is not None and counted.groups() == (str(len(packages)), "0", "0")
    return 0 if clean and told.returncode == 0 and not REFUSED.search(told.stdout) else 1


sys.exit(main())
