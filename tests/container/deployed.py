"""compose.yaml and kubernetes.yaml do what they say, each run by podman as far as a machine without a cluster can:
entries arrive, with the shipped security settings, volumes, secrets, probes and limits; what they ship as configuration
is right.

    deployed.py --image FOLDER --binaries FOLDER"""

import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import urllib.request

from apart import isolate
from engine import USER, Container, Engine, own
from harness import run
from harness.archive import lines_so_far
from harness.failure import Skip, check, same
from harness.waiting import until
from scene import Scene
from storage import IMAGE, Storage

try:
    import yaml
except ImportError:
    yaml = None

SHIPPED = pathlib.Path(__file__).resolve().parents[2] / "packaging/container"
MEMORY = 64 << 20
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
# What the network of a composition would need of this machine, and the test's own network has no use for.
WRAPPER = """#!{python}
import os, sys
words, kept = sys.argv[1:], []
while words:
    word = words.pop(0)
    if word in ("--net", "--network-alias", "-p"):
        words.pop(0)
    else:
        kept.append(word)
if kept[:2] == ["network", "exists"]:
    sys.exit(0)
os.execvp("podman", {podman!r} + kept)
"""


def configuration(scene, shipped, path):
    """The shipped configuration with the simulator in the place of Slack, and a file in the place of its output."""
    config = yaml.safe_load(shipped)
    told = yaml.safe_load("[" + scene.source(config["sources"][0]["token"]["file"]).strip().removeprefix("- ") + "]")[0]
    config["sources"] = [told]
    config["outputs"] = [{"name": "archive", "type": "file", "path": path}]
    return yaml.safe_dump(config, sort_keys=False)


def check_shipped(engine, scene, text, token_path):
    """The daemon finds nothing wrong with what is shipped."""
    folder = scene.bench.folder / "shipped"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "slackauditd.yaml").write_text(text, encoding="utf-8")
    token = scene.token_file(scene.api.token)
    done = engine.run_to_end("--volume", f"{folder}:/etc/slackauditd:ro", "--volume", "/var/log/slackauditd",
                             "--volume", f"{token}:{token_path}:ro", words=["--test"])
    same([done.returncode, done.stderr], [0, ""], f"the shipped configuration\n{text}")


def check_process(engine, container):
    """What every manifest promises of the process."""
    shown = dict(line.split(":\t", 1) for line in container.proc("status").splitlines() if ":\t" in line)
    wanted = {"CapEff": "0" * 16, "CapBnd": "0" * 16, "NoNewPrivs": "1", "Seccomp": "2"}
    same({name: shown[name].strip() for name in wanted}, wanted, f"{container.name}: its process")
    same([shown[name].split()[0] for name in ("Uid", "Gid")], [str(USER)] * 2, f"{container.name}: its user")
    told = json.loads(engine.do("container", "inspect", container.name))[0]["HostConfig"]
    same(told["ReadonlyRootfs"], True, f"{container.name}: a read-only root")
    same(container.memory_limit(), MEMORY, f"{container.name}: its limit of memory")


# ---- compose ----


def podman_for_compose(engine, folder):
    """podman-compose calls it in the place of podman."""
    program = folder / "podman"
    words = ["podman", "--log-level=fatal", *map(str, engine.storage.words)]
    program.write_text(WRAPPER.format(python=sys.executable, podman=words), encoding="utf-8")
    program.chmod(0o755)
    return program


def compose(program, folder, engine, *words):
    files = ["--file", "compose.yaml", "--file", "test.yaml"]
    done = subprocess.run(["podman-compose", "--podman-path", program, *files, *words], cwd=folder, capture_output=True,
                          env=engine.storage.environment, text=True, check=False)
    same(done.returncode, 0, f"podman-compose {words}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def test_compose(engine, scene):
    folder = scene.bench.folder / "compose"
    folder.mkdir()
    shutil.copy(SHIPPED / "compose.yaml", folder)
    shutil.copytree(SHIPPED / "config", folder / "config")
    text = (folder / "config/slackauditd.yaml").read_text(encoding="utf-8")
    check_shipped(engine, scene, text, "/run/secrets/acme-token")
    config = configuration(scene, text, "/var/log/slackauditd/acme.ndjson")
    (folder / "config/slackauditd.yaml").write_text(config, encoding="utf-8")
    shutil.copy(scene.config / "ca.pem", folder / "config")
    (folder / "acme.token").write_text(scene.api.token, encoding="ascii")
    own(folder / "acme.token", mode=0o400)
    (folder / "test.yaml").write_text(yaml.safe_dump({"services": {"slackauditd": {"image": IMAGE}}}), encoding="utf-8")
    program = podman_for_compose(engine, folder)
    compose(program, folder, engine, "up", "--detach", "--no-build")
    name = engine.do("ps", "--format", "{{.Names}}").strip()
    container = Container(engine, name)
    archive = engine.volume("compose_log") / "acme.ndjson"
    print(f"compose: {scene.check_all_arrive(archive)} entries")
    check_process(engine, container)
    container.wait_healthy()
    kill_and_wait(container)
    seen = len(lines_so_far(archive))
    until(lambda: len(lines_so_far(archive)) > seen, "entries after the restart")
    print(f"compose, restarted by its policy: {scene.check_all_arrive(archive)} entries")
    compose(program, folder, engine, "stop")
    same(container.state()["ExitCode"], 0, "the exit code after a stop")
    compose(program, folder, engine, "down", "--volumes")


def kill_and_wait(container):
    """The restart policy brings it back."""
    pid = container.pid()
    os.kill(pid, signal.SIGKILL)
    until(lambda: container.state()["Pid"] not in (0, pid), f"another process of {container.name}")


# ---- Kubernetes ----


def of_kind(documents, kind):
    found = [document for document in documents if document["kind"] == kind]
    same(len(found), 1, f"documents of the kind {kind}")
    return found[0]


def playable(documents, scene, text):
    """What podman can play of it: the pod of the set, with the claim that the set would make."""
    whole = of_kind(documents, "StatefulSet")
    template = whole["spec"]["template"]
    spec = template["spec"]
    spec["hostNetwork"] = True
    container = spec["containers"][0]
    container.update(image=IMAGE, imagePullPolicy="Never")
    for name in ("ports", *PROBES):  # the test asks them: podman would run curl, which is not in the image
        del container[name]
    for volume in spec["volumes"]:
        if "secret" in volume:
            volume["secret"]["optional"] = False  # podman 4.3 fails without it
    claims = []
    for claim in whole["spec"]["volumeClaimTemplates"]:
        name = f"{claim['metadata']['name']}-slackauditd-0"
        claims.append({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name},
                       "spec": claim["spec"]})
        spec["volumes"].append({"name": claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": name}})
    secret, config = of_kind(documents, "Secret"), of_kind(documents, "ConfigMap")
    same(list(secret.pop("stringData")), ["acme-token"], "what the secret has")
    coded = base64.b64encode(scene.api.token.encode()).decode()
    secret["data"] = {"acme-token": coded}
    scene.api.set_tokens(scene.api.token, coded)  # podman 4.3 lays down what stands here as it is
    config["data"] = {"slackauditd.yaml": text, "ca.pem": (scene.config / "ca.pem").read_text(encoding="ascii")}
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": spec,
           "metadata": {"name": "slackauditd-0", "labels": template["metadata"]["labels"]}}
    return yaml.safe_dump_all([secret, config, *claims, pod])


def check_set(documents):
    """What podman does not look at."""
    whole, service = of_kind(documents, "StatefulSet"), of_kind(documents, "Service")
    spec = whole["spec"]
    same([spec["replicas"], spec["serviceName"]], [1, service["metadata"]["name"]], "replicas, service")
    labels = spec["template"]["metadata"]["labels"]
    same([spec["selector"]["matchLabels"], service["spec"]["selector"]], [labels, labels], "who selects the pod")
    pod = spec["template"]["spec"]
    same([pod["securityContext"][name] for name in ("runAsUser", "runAsGroup", "fsGroup", "runAsNonRoot")],
         [USER, USER, USER, True], "the pod's user, that of the image")
    same(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"}, "seccomp")
    container = pod["containers"][0]
    same(container["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                        "capabilities": {"drop": ["ALL"]}}, "the container's security")
    names = [volume["name"] for volume in pod["volumes"]] + [each["metadata"]["name"] for each in
                                                             spec["volumeClaimTemplates"]]
    same(sorted(mount["name"] for mount in container["volumeMounts"]), sorted(names), "volumes and their mounts")
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    same([port["targetPort"] for port in service["spec"]["ports"]], list(ports), "ports")
    check(pod["terminationGracePeriodSeconds"] > 5, "no time to stop in")


def probes(container):
    """Where a kubelet asks, not by the loopback's own number."""
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    for name in PROBES:
        asked = container[name]["httpGet"]
        yield name, f"http://127.0.0.2:{ports[asked['port']]}{asked['path']}"


def test_kubernetes(engine, scene):
    documents = list(yaml.safe_load_all((SHIPPED / "kubernetes.yaml").read_text(encoding="utf-8")))
    check_set(documents)
    asked = list(probes(of_kind(documents, "StatefulSet")["spec"]["template"]["spec"]["containers"][0]))
    shipped = of_kind(documents, "ConfigMap")["data"]["slackauditd.yaml"]
    check_shipped(engine, scene, shipped, "/run/secrets/slackauditd/acme-token")
    text = configuration(scene, shipped, "/var/lib/slackauditd/archive.ndjson")
    engine.do("play", "kube", "--log-driver", "k8s-file", "-", text=playable(documents, scene, text))
    pod = Container(engine, "slackauditd-0-slackauditd")
    archive = engine.volume("state-slackauditd-0") / "archive.ndjson"
    print(f"kubernetes: {scene.check_all_arrive(archive)} entries")
    check_process(engine, pod)
    for name, address in asked:
        with urllib.request.urlopen(address, timeout=20) as answer:
            same(answer.status, 200, f"{name}: {address}")
    lines = pod.logs().stderr.splitlines()
    check(lines and all(isinstance(json.loads(line), dict) for line in lines), f"the log is not JSON: {lines[:3]}")
    engine.do("pod", "stop", "slackauditd-0")
    same(pod.state()["ExitCode"], 0, "the exit code after a stop")
    engine.do("pod", "start", "slackauditd-0")
    print(f"kubernetes, started again: {scene.check_all_arrive(archive)} entries")


def scenario(bench, image):
    if yaml is None:
        raise Skip("python3-yaml is not there: see packaging/install-needed test")
    with Engine(Storage(pathlib.Path(image).resolve())) as engine:
        if engine.ask("image", "exists", IMAGE).returncode != 0:
            raise Skip(f"no image in {image}: container/build makes it")
        scene = Scene(bench)
        test_compose(engine, scene)
        test_kubernetes(engine, scene)


if __name__ == "__main__":
    try:
        isolate("podman", "podman-compose", "crun", network=False)
    except Skip as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    run(scenario, image="the folder where container/build keeps the image")
