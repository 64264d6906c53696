"""Each configuration that stands in a document passes `slackauditd --test`. What it leaves out (another document's half, a
token, a certificate) is put beside it.

    check_configurations.py --binaries FOLDER"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from documents import DOCUMENTS, end, fenced_blocks

TOP = re.compile(r"^([a-zA-Z_]+):", re.MULTILINE)
FOREIGN = {"apiVersion", "services", "scrape_configs", "version"}
"""Top-level keys of other programs' YAML: a manifest of Kubernetes, a compose file, Prometheus."""
SOURCE = "sources: [{name: acme, token: {env: DOCUMENT_TOKEN}}]\n"
OUTPUT = "outputs: [{name: lines, type: stdout}]\n"


def complete(text):
    tops = set(TOP.findall(text))
    return text + ("" if "sources" in tops else SOURCE) + ("" if "outputs" in tops else OUTPUT)


def settle(text, folder):
    """Everything it names is below the folder, and each file that is only read is there."""
    text = re.sub(r"(?<![\w/.])/(etc|var|run|srv)/", rf"{folder}/\1/", text)
    for path in re.findall(r"(?:\{file|ca_file|cert_file|key_file): ([^\s,}]+)", text):
        place = pathlib.Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(mode=0o600)
        place.write_text("https://example.com/secret\n" if "url" in place.name else "a-secret-of-the-tests\n",
                         encoding="ascii")
    for name in re.findall(r"\{credential: ([^\s,}]+)\}", text):
        (folder / name).write_text("a-secret-of-the-tests\n", encoding="ascii")
    environment = {name: "a-secret-of-the-tests" for name in re.findall(r"\{env: (\w+)\}", text)}
    for name in ("etc", "var/log", "var/lib", "run", "srv"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return text, environment


def check(program, block, problems):
    with tempfile.TemporaryDirectory(prefix="slackaudit-documents-") as name:
        folder = pathlib.Path(name)
        text, environment = settle(complete(block.text), folder)
        path = folder / "slackauditd.yaml"
        path.write_text(text, encoding="utf-8")
        done = subprocess.run([program, "--test", "--config", path], capture_output=True, text=True, check=False,
                              env={**os.environ, **environment, "STATE_DIRECTORY": f"{folder}/var/lib/slackauditd",
                                   "CREDENTIALS_DIRECTORY": str(folder)})
        if done.returncode != 0 or done.stderr:
            problems.append(f"{block.place}: exit {done.returncode}\n{done.stderr}\n{text}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    program = parser.parse_args().binaries / "slackauditd"
    blocks = [block for document in DOCUMENTS for block in fenced_blocks(document, "yaml")
              if not FOREIGN & set(TOP.findall(block.text))]
    problems = []
    for block in blocks:
        check(program, block, problems)
    return end(problems, f"{len(blocks)} configurations", len(blocks), 5)


if __name__ == "__main__":
    sys.exit(main())
