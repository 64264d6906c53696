"""Every exit code means what the manual says: 64 for bad usage, 69 for a control socket in use,
73 for a state directory that cannot be, 75 for --once that makes no progress, 78 for a wrong
configuration, and 0 for the rest, a TERM included."""

import pathlib
import socket
import subprocess

from harness import run
from harness.failure import check, same


def code_of(program, *arguments):
    answer = subprocess.run([program, *map(str, arguments)], capture_output=True, timeout=20,
                            check=False)
    return answer.returncode, answer.stdout.decode(), answer.stderr.decode()


def check_usage(bench, daemon):
    for program in (bench.binaries.daemon, bench.binaries.control):
        same(code_of(program, "--no-such-option")[0], 64, f"{program.name}: an unknown option")
        code, out, _ = code_of(program, "--version")
        check(code == 0 and program.name in out, f"{program.name} --version: {code} {out}")
        code, out, _ = code_of(program, "--help")
        check(code == 0 and "--config" in out, f"{program.name} --help: {code} {out}")
    same(code_of(bench.binaries.daemon, "unexpected")[0], 64, "an argument too many")
    for words, hint in ((("statsu",), "status"), (("checkpoint", "set", "acme"), "SOURCE TIME"),
                        (("status", "now"), "slackauditctl status")):
        answer = daemon.control(*words)
        check(answer.code == 64 and hint in answer.text, f"{words}: {answer.code} {answer.text}")
    same(daemon.control("status").code, 69, "the status of a daemon that does not run")


def scenario(bench):
    api = bench.simulator(entries=100)
    archive = bench.archive()
    sources, outputs = [api.source()], [archive.config()]
    daemon = bench.daemon(sources=sources, outputs=outputs)
    check_usage(bench, daemon)
    same(code_of(bench.binaries.daemon, "--config", bench.folder / "none")[0], 78, "no file at all")
    same(code_of(bench.binaries.simulator, "--entries", "x")[0], 64, "slackaudit-sim: bad usage")

    # Somebody else listens on the control socket.
    path = daemon.folder / "control.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        daemon.spawn()
        same(daemon.process.wait(20), 69, "exit code with a control socket in use")
    daemon.once()  # what nobody listens on any more is replaced
    check(not pathlib.Path(path).exists(), "the control socket stays behind")

    under_a_file = bench.daemon(sources, outputs, name="under-a-file",
                                state_dir=str(daemon.config_file / "state"))
    under_a_file.spawn()
    check(under_a_file.process.wait(20) in (73, 78), "a state directory below a file")

    closed = bench.closed_port()
    dead_api = bench.daemon([api.source(base_url=f"http://{closed}/", retry=[])], outputs,
                            name="dead-api")
    dead_api.once(wanted=75)
    check("source acme: 10 tries" in dead_api.log_text(), "the log does not say why it ended")
    nobody = {"name": "nobody", "type": "syslog", "address": f"tcp://{closed}"}
    dead_output = bench.daemon(sources, [nobody], name="dead-output")
    dead_output.once(wanted=75, limit=90)
    check("output nobody: 10 tries" in dead_output.log_text(), "the log does not say why it ended")

    daemon.start()
    daemon.stop()


run(scenario)
