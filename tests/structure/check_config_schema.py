"""The JSON Schema takes what the daemon takes, and refuses what an editor should mark: the shipped
files are valid, a misspelt key, a wrong type and a value out of range are not."""

import copy
import json
import pathlib
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]

SMALL = {
    "sources": [{"name": "acme", "token": {"file": "/etc/slackauditd/acme.token"}}],
    "outputs": [{"name": "archive", "type": "file", "path": "/var/log/acme.ndjson"}],
}

# What is changed in the small configuration, and where: each must be refused.
WRONG = [
    (("statedir",), "/var/lib"),
    (("sources",), []),
    (("sources", 0, "page_limit"), 10000),
    (("sources", 0, "page_limit"), "many"),
    (("sources", 0, "token"), "xoxp-in-the-open"),
    (("sources", 0, "token"), {"file": "/a", "env": "B"}),
    (("sources", 0, "poll_interval"), "1 minute"),
    (("store",), {"max_size": "1GB"}),
    (("outputs", 0, "type"), "fil"),
    (("outputs", 0, "rotat"), {}),
    (("log",), {"level": "loud"}),
]
RIGHT = [
    (("sources", 0, "tls"), {"min_version": 1.3}),
    (("sources", 0, "retry"), [{"handler": "match", "when": {"status": [408]}, "max_retries": 3,
                                "interval": {"type": "fixed", "wait": "2s"}}]),
    (("sources", 0, "headers"), {"X-Gateway": {"env": "KEY"}, "X-Other": "text"}),
    (("http",), {"listen": "127.0.0.1:9464"}),
]


def changed(path, value):
    config = copy.deepcopy(SMALL)
    place = config
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return config


def main():
    schema = json.loads((ROOT / "config/slackauditd.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    problems = []
    full = (ROOT / "config/slackauditd.full.yaml").read_text(encoding="utf-8")
    alive = re.sub(r"^( *)#(?! )", r"\1", full, flags=re.MULTILINE)
    for name, text in (("slackauditd.yaml", (ROOT / "config/slackauditd.yaml").read_text(encoding="utf-8")),
                       ("slackauditd.full.yaml", full), ("its examples brought to life", alive)):
        for error in validator.iter_errors(yaml.safe_load(text)):
            problems.append(f"{name}: {error.json_path}: {error.message}")
    for path, value in RIGHT:
        for error in validator.iter_errors(changed(path, value)):
            problems.append(f"{path} = {value}: {error.json_path}: {error.message}")
    for path, value in WRONG:
        if validator.is_valid(changed(path, value)):
            problems.append(f"{path} = {value} is taken")
    for problem in problems:
        print(problem)
    print(f"{len(WRONG)} wrong and {len(RIGHT) + 3} right configurations, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
