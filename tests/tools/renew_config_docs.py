"""Puts what print_config makes where it is kept: `renew_config_docs.py PRINT_CONFIG [--check]`.

With --check nothing is written; the exit code says whether all is as it should be."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BEGIN, END = '.\\" BEGIN keys\n', '.\\" END keys\n'


def printed(program, form):
    return subprocess.run([program, form], check=True, capture_output=True, text=True).stdout


def page(text, keys):
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + keys + END + after


def main():
    program, check = sys.argv[1], "--check" in sys.argv
    manual = ROOT / "docs/man/slackauditd.yaml.5"
    schema = ROOT / "config/slackauditd.schema.json"
    wanted = {
        manual: page(manual.read_text(encoding="utf-8"), printed(program, "page")),
        schema: printed(program, "json-schema"),
    }
    stale = [path for path, text in wanted.items()
             if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is not what the schema makes: run `ninja config-docs`")
        else:
            path.write_text(wanted[path], encoding="utf-8")
            print(f"renewed {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
