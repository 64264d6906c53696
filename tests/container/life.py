"""The image's life in a container: as the first process it stops within 5 s of TERM with 0, reloads by HUP and leaves
no zombie; as a user that is not root it works on a read-only root without capabilities, in 64 MiB of memory; it finds
a name by DNS and speaks TLS; nothing is lost or repeated when it is stopped, killed and started again on its volume;
its health check tells well from ill.

    life.py --image FOLDER --binaries FOLDER"""

import os
import pathlib
import re
import signal
import sys
import urllib.error
import urllib.request

from apart import isolate
from engine import USER, Engine, own
from harness import run
from harness.archive import lines_so_far
from harness.failure import Skip, check, same
from harness.waiting import Stopwatch, until
from scene import ARCHIVE, TOKEN_PATH, Scene
from storage import IMAGE, Storage

SECOND = "/var/log/slackauditd/second.ndjson"
CONSOLE = "  - {name: console, type: stdout}\n"
SECRET = "acme-token,uid=10001,gid=10001,mode=0400"
STOP_SECONDS = 5
MEMORY = 64 << 20
PLACES = ("/", "/etc", "/etc/slackauditd", "/run", "/tmp", "/usr/bin", "/var/tmp", "/var/lib")


def volumes(scene):
    return ("--volume", "state:/var/lib/slackauditd", "--volume", "log:/var/log/slackauditd",
            "--volume", f"{scene.config}:/etc/slackauditd:ro")


def begin(engine, scene):
    """As docs/container.md says for podman."""
    scene.configure(more=CONSOLE)
    engine.do("secret", "create", "acme-token", scene.token_file(scene.api.token))
    container = engine.run("slackauditd", *volumes(scene), "--secret", SECRET)
    archive = engine.volume("log") / pathlib.Path(ARCHIVE).name
    print(f"started: {scene.check_all_arrive(archive)} entries")
    check(scene.names.queries > 0, "no name was looked up by DNS")
    check(scene.front.connections > 0, "nobody spoke TLS")
    return container, archive


def check_process(container):
    """What the kernel says of it."""
    lines = container.proc("status").splitlines()
    shown = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    same(shown["NSpid"].split()[-1], "1", "its number in the container")
    wanted = {"NoNewPrivs": "1", "Seccomp": "2",
              **dict.fromkeys(("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"), "0" * 16)}
    same({name: shown[name].strip() for name in wanted}, wanted, "the process")
    for name in ("Uid", "Gid"):
        same(shown[name].split(), [str(USER)] * 4, name)
    same(container.proc("cmdline").split("\0")[0], "/usr/bin/slackauditd", "the first process")
    same(container.memory_limit(), MEMORY, "the limit of memory")
    print(f"memory: resident {shown['VmRSS'].strip()}, peak {shown['VmHWM'].strip()}")


def check_root_is_read_only(container, engine):
    """Not even root inside could write anywhere but in the volumes; the daemon writes nowhere else."""
    for place in PLACES:
        done = container.exec("/usr/bin/touch", f"{place}/written", user=0)
        check(done.returncode != 0 and "Read-only file system" in done.stderr, f"{place} can be written: {done.stderr}")
    state = engine.volume("state")
    found = state.stat()
    same([oct(found.st_mode & 0o777), found.st_uid, found.st_gid], ["0o700", USER, USER], "the state volume")
    check((state / "store.db").exists(), f"no store in {state}")
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in state.rglob("*")}
    same(owners, {(USER, USER)}, "owners in the volume")


def ask(path):
    """From elsewhere, as a probe asks: not by the loopback's own number, nor by a name that the listener knows."""
    request = urllib.request.Request(f"http://127.0.0.2:9464{path}", headers={"Host": "pod.cluster.test"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def check_health(container, scene):
    """The image's health check and the probes, well and ill."""
    container.wait_healthy()
    same([ask("/healthz"), ask("/readyz")], [200, 200], "probes while all is well")
    token = scene.api.token
    scene.change_token()
    container.wait_healthy(False)
    same([ask("/healthz"), ask("/readyz")], [200, 503], "probes while Slack refuses the token")
    scene.api.set_tokens(token)
    container.wait_healthy()


def check_reload(container, scene, engine):
    """HUP reads the configuration again; a wrong one changes nothing."""
    pid = container.pid()
    scene.configure(outputs=(("archive", ARCHIVE), ("second", SECOND)), more=CONSOLE)
    container.send("HUP")
    second = engine.volume("log") / pathlib.Path(SECOND).name
    until(lambda: lines_so_far(second), "the new output")
    good = (scene.config / "slackauditd.yaml").read_text(encoding="utf-8")
    scene.write(good.replace("poll_interval", "poll_intervall"))
    container.send("HUP")
    until(lambda: "poll_intervall" in container.logs().stderr, "what is wrong in the log")
    answer = container.control("reload")
    check(answer.returncode == 78 and "poll_intervall" in answer.stderr, f"reload: {answer.stdout}{answer.stderr}")
    scene.configure(more=CONSOLE)
    same(container.control("reload").returncode, 0, "the exit code of a right reload")
    same(container.pid(), pid, "the process after reloads")


def check_no_zombie(container):
    """A process whose parent left it becomes the daemon's child, and is gone when it ends."""
    children = pathlib.Path(f"/proc/{container.pid()}/task/{container.pid()}/children")
    same(children.read_text(encoding="ascii").split(), [], "children of the daemon")
    done = container.exec("/bin/sh", "-c", "sleep infinity >/dev/null 2>&1 &")
    same(done.returncode, 0, "leaving a process")
    for pid in until(lambda: children.read_text(encoding="ascii").split(), "the daemon to become its parent"):
        os.kill(int(pid), signal.SIGKILL)
    until(lambda: not children.read_text(encoding="ascii").split(), "the kernel to take it away", 20)


def console_lines(container):
    return [line.encode() for line in container.logs().stdout.split("\n")[:-1]]


def check_streams(container, scene, archive):
    """Entries on standard output, and nothing else; the log on standard error, without colours."""
    arrived = set(lines_so_far(archive))
    until(lambda: arrived <= set(console_lines(container)), f"{len(arrived)} entries on standard output")
    strange = set(console_lines(container)) - set(scene.api.expected())
    same(strange, set(), "what is no entry on standard output")
    log = container.logs().stderr
    check(re.search(r"^\S+ .*slackauditd \S+: 1 source, 2 outputs", log, re.MULTILINE), f"the log: {log}")
    check("\x1b" not in log, "colours in the log")


def check_stop(container, scene, archive, engine):
    watch = Stopwatch()
    code = container.stop(seconds=30)
    took = watch.seconds()
    same(code, 0, "the exit code after TERM")
    check(took < STOP_SECONDS, f"it took {took:.1f} s to stop")
    print(f"TERM: ended after {took:.2f} s")
    same([path.name for path in engine.volume("state").iterdir() if path.is_socket()], [], "sockets that stay")
    container.start()
    print(f"started again: {scene.check_all_arrive(archive)} entries")


def check_kill(container, scene, archive):
    """On the same volume nothing is lost or repeated."""
    for _ in range(3):
        seen = len(lines_so_far(archive))
        until(lambda: len(lines_so_far(archive)) > seen, "entries on their way")
        container.kill()
        container.start()
    print(f"killed: {scene.check_all_arrive(archive)} entries")
    container.wait_healthy()


def check_replaced(container, scene, archive, engine):
    """An upgrade is another container on the same volumes."""
    same(container.stop(), 0, "the exit code after TERM")
    container.remove()
    new = engine.run("upgraded", *volumes(scene), "--secret", SECRET)
    print(f"replaced: {scene.check_all_arrive(archive)} entries")
    return new


def check_second_writer(scene, engine):
    """Another daemon on the same volume refuses to start, and says why."""
    done = engine.run_to_end(*volumes(scene), "--secret", SECRET)
    check(done.returncode == 73 and "is in use" in done.stderr, f"a second writer: {done.returncode} {done.stderr}")


def check_wrong_starts(scene, engine):
    """Without a configuration, and with one that it may not read."""
    done = engine.run_to_end()
    place = "/etc/slackauditd/slackauditd.yaml"
    check(done.returncode == 78 and place in done.stderr, f"no configuration: {done.stderr}")
    done = engine.run_to_end("--volume", f"{scene.config}:/etc/slackauditd:ro", words=["--test"])
    check(done.returncode == 78 and TOKEN_PATH in done.stderr, f"without the secret: {done.stderr}")
    engine.do("secret", "create", "root-token", scene.token_file(scene.api.token))
    done = engine.run_to_end("--volume", f"{scene.config}:/etc/slackauditd:ro", "--secret",
                             "root-token,target=acme-token,mode=0400", words=["--test"])
    check(done.returncode == 78 and "Permission denied" in done.stderr, f"root's own secret: {done.stderr}")


def make_cluster_volumes(scene, token):
    """As a kubelet lays them: a volume that belongs to root and fsGroup, with what its file system put there; a secret
    behind symbolic links that are changed at once."""
    volume, secret = scene.bench.folder / "claim", scene.bench.folder / "cluster-secret"
    volume.mkdir()
    own(volume, 0, USER, 0o2775)
    (volume / "lost+found").mkdir(mode=0o700)
    secret.mkdir()
    own(secret, 0, USER, 0o3777)
    change_cluster_secret(secret, token, "..2026_01")
    (secret / "acme-token").symlink_to("..data/acme-token")
    return volume, secret


def change_cluster_secret(secret, token, version):
    folder = secret / version
    folder.mkdir()
    own(folder, 0, USER, 0o2755)
    (folder / "acme-token").write_text(token, encoding="ascii")
    own(folder / "acme-token", 0, USER, 0o440)
    (secret / "..data_tmp").symlink_to(version)
    (secret / "..data_tmp").rename(secret / "..data")


def check_cluster(scene, engine):
    """fsGroup on volume and secret; a secret that is changed in its place is taken without a restart. The same file is
    accepted outside of /run/secrets, because only the daemon's group can read it."""
    volume, secret = make_cluster_volumes(scene, scene.api.token)
    place = "/run/secrets/slackauditd/acme-token"
    archive = "/var/lib/slackauditd/archive.ndjson"
    scene.configure(token=place, outputs=(("archive", archive),))
    mounts = ("--volume", f"{volume}:/var/lib/slackauditd", "--volume", f"{scene.config}:/etc/slackauditd:ro")
    pod = engine.run("pod", *mounts, "--volume", f"{secret}:/run/secrets/slackauditd:ro")
    scene.check_all_arrive(volume / "archive.ndjson")
    change_cluster_secret(secret, scene.change_token(), "..2026_02")
    print(f"in a cluster's volumes: {scene.check_all_arrive(volume / 'archive.ndjson')} entries")
    pod.wait_healthy()
    same(pod.stop(), 0, "the exit code after TERM")
    scene.configure(token="/secret/acme-token", outputs=(("archive", archive),))
    done = engine.run_to_end(*mounts, "--volume", f"{secret}:/secret:ro", words=["--test"])
    same([done.returncode, done.stderr], [0, ""], "a secret of the group's elsewhere")


def scenario(bench, image):
    with Engine(Storage(pathlib.Path(image).resolve())) as engine:
        if engine.ask("image", "exists", IMAGE).returncode != 0:
            raise Skip(f"no image in {image}: container/build makes it")
        scene = Scene(bench)
        scene.configure()
        check_wrong_starts(scene, engine)
        container, archive = begin(engine, scene)
        check_process(container)
        check_root_is_read_only(container, engine)
        check_health(container, scene)
        check_reload(container, scene, engine)
        check_no_zombie(container)
        check_streams(container, scene, archive)
        check_stop(container, scene, archive, engine)
        check_kill(container, scene, archive)
        container = check_replaced(container, scene, archive, engine)
        check_second_writer(scene, engine)
        same(container.stop(), 0, "the exit code after TERM")
        check_cluster(scene, engine)


if __name__ == "__main__":
    try:
        isolate("podman", "crun", network=False)
    except Skip as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    run(scenario, image="the folder where container/build keeps the image")
