"""`status --watch` on a real terminal: what a person sees of sources and outputs, on wide and narrow
and low screens, while one of them fails and while the daemon is away; the terminal is given back as it was
found, however it ends. In a pipe it writes blocks, with --json lines, and ends when nobody reads."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time

from harness import run
from harness.command import slackauditctl
from harness.failure import check, same
from harness.terminal import Terminal
from harness.waiting import slowness, until

ENTRIES = 1500
KNOWN_SEQUENCES = re.compile(rb"\x1b(\[\?(1049|25|7)[hl]|\[2?[JKH]|\[(0|1|2|32|1;31)m)")
"""All that the program may send beside text."""


def command(bench, daemon, *words):
    return [bench.binaries.control, "--config", daemon.config_file, "status", *words]


def watch(bench, daemon, *words, **view):
    return Terminal(bench, command(bench, daemon, *(words or ("--watch=0.2",))), **view)


def check_frames(terminal, has_colours=True):
    """The screen is cleared once, every other frame is drawn over the one before, nothing else is sent."""
    check(b"\x1b" not in KNOWN_SEQUENCES.sub(b"", terminal.raw), f"strange sequences: {terminal.raw[-2000:]!r}")
    same(terminal.raw.count(b"\x1b[2J"), terminal.raw.count(b"\x1b[?1049h"), "screens cleared")
    same(b"\x1b[32m" in terminal.raw or b"\x1b[1;31m" in terminal.raw, has_colours, "colours")


def check_rows(terminal):
    """Nothing is broken by the terminal itself: no line reaches its edge."""
    for line in terminal.lines:
        check(len(line) < terminal.columns, f"a line is as wide as the terminal: {line!r}")


def look_once(bench, daemon):
    """Without --watch: words in a pipe, colours on a terminal, JSON."""
    said = slackauditctl(bench, "status", config=daemon.config_file)
    same(said.code, 0, "status")
    check(b"\x1b" not in said.out, "colours in a pipe")
    for fact in ("all is well", "source acme: ", "lag ", f"entries stored {ENTRIES:,}", "none late", "calls left ",
                 "last success ", "output archive: ", "nothing waits", f"delivered {ENTRIES:,}", "retries 0",
                 "dead letters 0", "rate not known (--watch tells it)"):
        check(fact in said.text, f"status does not tell {fact!r}: {said.text}")
    said = slackauditctl(bench, "--json", "status", config=daemon.config_file)
    same(said.result["outputs"][0]["delivered"], ENTRIES, "delivered, as JSON")
    terminal = Terminal(bench, command(bench, daemon), environment={"NO_COLOR": None})
    same(terminal.wait_end(), 0, "status on a terminal")
    same(terminal.colours_of("all is well"), {"green"}, "the colour of what is well")
    check(b"\x1b[?1049h" not in terminal.raw, "status without --watch takes the screen")


def see_all(bench, daemon):
    """Wide, then narrow, then low, while it runs."""
    terminal = watch(bench, daemon, columns=120, rows=30, environment={"NO_COLOR": None})
    terminal.wait("source acme: resting", "the source")
    check(terminal.is_alternate and terminal.screen.cursor.hidden, "it does not take the screen")
    check(not terminal.lines[-1].startswith(" ") and "q ends; every 200ms, as of 20" in terminal.lines[-1], "the last row")
    terminal.wait("rate 0.0/s over", "a rate, from the second look on")
    same(terminal.colours_of("resting"), {"green"}, "the colour of a source that is well")
    check_rows(terminal)
    terminal.resize(60, 30)
    terminal.wait(lambda words: len([line for line in terminal.lines if line]) > 10, "more lines when narrow")
    words = terminal.words()
    for fact in ("source acme: resting", "none late", "dead letters 0", "calls left"):
        check(fact in words, f"the narrow screen lacks {fact!r}:\n{terminal.text}")
    check_rows(terminal)
    terminal.resize(60, 8)
    terminal.wait("source acme: resting; lag", "what is well in short")
    check_rows(terminal)
    terminal.resize(30, 3)
    terminal.wait("more lines;", "how much is left out")
    terminal.resize(120, 30)
    terminal.wait("calls left", "all of it again")
    terminal.type("q")
    same(terminal.wait_end(), 0, "the end by q")
    terminal.check_restored()
    check_frames(terminal)


def end_by(bench, daemon, number, key=None):
    """A signal, or the key that sends one, ends it as it ends any program, and the terminal is restored."""
    terminal = watch(bench, daemon)
    terminal.wait("source acme", "the first look")
    if key is None:
        terminal.send(number)
    else:
        terminal.type(key)
    same(terminal.wait_end(), -number, f"the end by {signal.Signals(number).name}")
    terminal.check_restored()


def stop_and_go_on(bench, daemon):
    """Ctrl-Z gives the terminal to the shell, fg takes it back."""
    line = " ".join(map(str, command(bench, daemon, "--watch=0.2")))
    terminal = Terminal(bench, ["bash", "--norc", "--noprofile", "-i"], environment={"PS1": "ready> ", "HISTFILE": "/dev/null"})
    terminal.wait("ready>", "the shell")
    terminal.type(line + "\n")
    terminal.wait(lambda words: terminal.is_alternate and "source acme" in words, "the first look")
    terminal.type("\x1a")
    terminal.wait(lambda words: not terminal.is_alternate and "Stopped" in words, "the shell while it is stopped")
    check(not terminal.screen.cursor.hidden, "the shell has no cursor")
    terminal.type("fg\n")
    terminal.wait(lambda words: terminal.is_alternate and "source acme" in words, "the status again")
    terminal.type("q")
    terminal.wait(lambda words: not terminal.is_alternate and words.endswith("ready>"), "the shell at the end")
    terminal.type("exit\n")
    same(terminal.wait_end(), 0, "the end of the shell")


def see_failure(bench, daemon, api):
    """An output that fails stands out, with its error, also where there is little room."""
    receiver = bench.http_receiver()
    url = receiver.url
    receiver.stop()
    failing = {**bench.http_output(receiver, "siem"), "url": url, "retry": []}
    daemon.change(outputs=[*daemon.config["outputs"], failing])
    terminal = watch(bench, daemon, columns=60, rows=40, environment={"NO_COLOR": None})
    terminal.wait("all is well", "all to be well")
    same(daemon.control("reload").code, 0, "reload")
    daemon.control("checkpoint", "set", "acme", str(api.stats()["now"] - 86400), "--redeliver")
    terminal.wait(lambda words: re.search(r"output siem: waiting .*in a row: ", words), "the output that fails")
    terminal.wait(lambda words: re.search(r"output siem: waiting .*[\d,]+ entries wait", words), "its backlog")
    same(terminal.colours_of("waiting"), {"red"}, "the colour of what is ill")
    check(terminal.words().startswith("slackauditd") and "output siem:" in terminal.lines[0] + terminal.lines[1],
          f"the first lines do not say what is wrong:\n{terminal.text}")
    check_rows(terminal)
    terminal.resize(60, 13)
    terminal.wait(lambda words: "in a row:" in words and "source acme: resting; lag" in words, "what is ill in full")
    terminal.type("q")
    same(terminal.wait_end(), 0, "the end")
    plain = watch(bench, daemon, environment={"NO_COLOR": "1"})
    plain.wait("output siem: waiting", "the same without colours")
    plain.type("q")
    same(plain.wait_end(), 0, "the end without colours")
    check_frames(plain, has_colours=False)
    daemon.change(outputs=daemon.config["outputs"][:1])
    same(daemon.control("reload").code, 0, "reload")
    said = slackauditctl(bench, "status", config=daemon.config_file)
    check("not configured any more: output siem; of acme" in said.text, f"what it leaves: {said.text}")
    same(daemon.control("forget", "--output", "siem").code, 0, "forget the output")


def wait_for_question(terminal):
    """Until a question is not answered: the same connection is open again and again."""
    looks = []

    def look():
        folder = f"/proc/{terminal.child.pid}/fd"
        found = set()
        for name in os.listdir(folder):
            with contextlib.suppress(OSError):  # it is closed already
                found.add(os.readlink(f"{folder}/{name}"))
        looks.append({link for link in found if link.startswith("socket:")})
        return len(looks) >= 20 and bool(set.intersection(*looks[-20:]))
    until(look, "a question that is not answered")


def outlive_daemon(bench, daemon):
    """The daemon goes and comes back; its rates begin anew. It hangs; the keys still work."""
    terminal = watch(bench, daemon, columns=100, rows=30)
    terminal.wait("rate 0.0/s over", "a rate")
    daemon.stop()
    terminal.wait("slackauditd is not reachable, since 20", "the daemon to be missed")
    check("What stands below is of 20" in terminal.words() and "source acme" in terminal.words(),
          f"what it said last is gone:\n{terminal.text}")
    drawn = len(terminal.raw)
    daemon.start()
    terminal.wait(lambda words: "not reachable" not in words and "source acme" in words, "the daemon to be back")
    terminal.wait("rate 0.0/s over", "a rate again")
    check("rate known at the next look" in terminal.raw[drawn:].decode(), "the rate goes on over the restart")
    daemon.process.send(signal.SIGSTOP)
    wait_for_question(terminal)
    watched = time.monotonic()
    terminal.type("\x03")
    same(terminal.wait_end(), -signal.SIGINT, "the end while the daemon hangs")
    check(time.monotonic() - watched < 5 * slowness(), "Ctrl-C waits for a daemon that hangs")
    terminal.check_restored()
    daemon.process.send(signal.SIGCONT)


def wait_for_daemon(bench, daemon):
    """Started before the daemon, on a terminal that is none to draw on."""
    daemon.stop()
    same(slackauditctl(bench, "status", config=daemon.config_file).code, 69, "status without a daemon")
    terminal = watch(bench, daemon, rows=50, environment={"TERM": "dumb"})
    terminal.wait("slackauditd is not reachable, since 20", "the daemon to be missed")
    daemon.start()
    terminal.wait("output archive: idle", "the daemon")
    check(b"\x1b" not in terminal.raw, "a dumb terminal is sent sequences")
    terminal.type("\x03")
    same(terminal.wait_end(), -signal.SIGINT, "the end on a dumb terminal")


def read_in_pipe(bench, daemon):
    """Blocks, each flushed; it ends when the reader goes."""
    child = subprocess.Popen(command(bench, daemon, "--watch=0.2"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    bench.cleanup.callback(child.kill)
    blocks, block = [], []
    while len(blocks) < 3:
        line = child.stdout.readline().decode()
        check(line, "it ended by itself")
        if line == "\n":
            blocks.append(block)
            block = []
        else:
            block.append(line)
    for number, lines in enumerate(blocks):
        check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n", lines[0]), f"a block begins with {lines[0]!r}")
        text = "".join(lines)
        check("source acme: " in text and "output archive: " in text and "\x1b" not in text, text)
        same("rate known at the next look" in text, number == 0, f"the rate is not known in block {number}")
    child.stdout.close()
    same(child.wait(20 * slowness()), 0, "the end when nobody reads")
    same(child.stderr.read(), b"", "complaints when nobody reads")


def read_as_json(bench, daemon):
    """A document a line, also of a daemon that is away."""
    path = bench.folder / "watched.ndjson"
    with open(path, "wb") as file:
        child = subprocess.Popen([*command(bench, daemon, "--watch=100ms"), "--json"], stdout=file, stderr=subprocess.PIPE)
    bench.cleanup.callback(child.kill)

    def documents():
        lines = path.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]
    until(lambda: len(documents()) >= 3, "three lines")
    check(all(each["ok"] and each["result"]["outputs"] for each in documents()), f"{documents()}")
    daemon.stop()
    until(lambda: not documents()[-1]["ok"], "a line that says that the daemon is away")
    last = documents()[-1]
    same((last["exit"], last["since"][:2]), (69, "20"), "the exit code and the time of it")
    daemon.start()
    until(lambda: documents()[-1]["ok"], "the daemon to be back")
    child.send_signal(signal.SIGTERM)
    same(child.wait(20), -signal.SIGTERM, "the end by TERM")


def refuse(bench, daemon):
    for words in (("--watch=0",), ("--watch=soon",), ("--watch=-1",), ("--watch=1e9",), ("--watch=5y",), ("--watch", "5")):
        said = slackauditctl(bench, "status", *words, config=daemon.config_file)
        same(said.code, 64, f"status {words}")
    if os.geteuid() != 0:
        return
    said = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--",
                           *map(str, command(bench, daemon, "--watch"))], capture_output=True, timeout=30, check=False)
    check(said.returncode in (69, 78), f"who may not ask waits for ever: {said}")


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    archive = bench.archive()
    daemon = bench.daemon(sources=[api.source()], outputs=[archive.config()])
    daemon.start()
    daemon.wait_delivered()
    look_once(bench, daemon)
    see_all(bench, daemon)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM, signal.SIGUSR1,
                   signal.SIGXCPU):
        end_by(bench, daemon, number)
    end_by(bench, daemon, signal.SIGINT, "\x03")
    end_by(bench, daemon, signal.SIGQUIT, "\x1c")
    stop_and_go_on(bench, daemon)
    see_failure(bench, daemon, api)
    outlive_daemon(bench, daemon)
    wait_for_daemon(bench, daemon)
    read_in_pipe(bench, daemon)
    read_as_json(bench, daemon)
    refuse(bench, daemon)
    daemon.stop()


run(scenario)
