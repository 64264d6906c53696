"""What strangers put into a status does nothing to the terminal: control characters, sequences, text that
turns round, line breaks, names that are long or wide; nor does an answer that is none, is cut off or of
another form."""

import contextlib
import json
import re
import socket
import threading

from harness import run
from harness.command import slackauditctl
from harness.failure import check, same
from harness.terminal import Terminal

EVIL = "\x1b[2J\x1b]0;owned\x07\x1b[31mred\u202eturned\u2066 \x9b31m line\nsource fake: resting\r\x08\x7f 名前は王です e\u0301 " + "x" * 200
"""An error message as a receiver could send it."""

STATUS = {
    "version": "1.0\x1b[5m", "time": "2026-11-22T02:15:15Z", "uptime_seconds": 3700, "problem": f"output 名前: {EVIL}",
    "store": {"live_bytes": 5 << 20, "open_bytes": 0, "max_bytes": 1 << 30, "disk_full": True},
    "sources": [
        {"name": "a" * 64, "state": "token refused", "checkpoint": None, "lag_seconds": -1, "windows": 1234567,
         "window_oldest": "2026-11-20T00:00:00Z", "window_latest": "2026-11-22T00:00:00Z", "calls_left": 12,
         "paused_seconds": 30, "last_success": "2026-11-22T02:13:10Z", "failures": 3, "last_error": EVIL,
         "entries": {"stored": 12345, "late": 7, "worst_lateness_seconds": 125}},
        {"name": "gone"},
        {"name": "odd", "state": 5, "entries": "none", "failures": "many", "last_success": "yesterday"}],
    "outputs": [
        {"name": "名前" * 20, "state": "held", "delivered": 5, "retries": 1234, "dead_letters": 3, "failures": 1,
         "last_error": EVIL, "sources": [
             {"source": "one", "backlog_entries": 1200, "backlog_bytes": 5000},
             {"source": "two\x1b[7m", "backlog_entries": 34, "backlog_bytes": 5}]},
        {"state": "idle", "sources": None}],
    "departed": [{"output": "left\x1b[8m", "source": "one", "backlog_entries": 1, "backlog_bytes": 9}],
}
ALLOWED = re.compile(rb"\x1b(\[\?(1049|25|7)[hl]|\[2?[JKH]|\[(0|1|2|32|1;31)m)")
CONTROLS = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")
WIDTHS = (20, 40, 60, 100, 200)


class Stranger:
    """Listens where the daemon would, and answers what it is told to."""

    def __init__(self, bench, name="stranger"):
        self.folder = bench.folder / name
        self.folder.mkdir()
        self.config = self.folder / "slackauditd.yaml"
        self.config.write_text(json.dumps({
            "state_dir": str(self.folder / "state"), "control": f"unix:{self.folder}/control.sock",
            "sources": [{"name": "acme", "token": {"file": "/nowhere"}}],
            "outputs": [{"name": "out", "type": "stdout"}]}))
        self.answer = b""  # None: it never answers
        self.peers = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.folder / "control.sock"))
        self.socket.listen()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            peer, _ = self.socket.accept()
            if self.answer is None:
                self.peers.append(peer)
                continue
            with peer, contextlib.suppress(OSError):  # it may have been ended
                peer.recv(4096)
                peer.sendall(self.answer)

    def say(self, value):
        self.answer = json.dumps({"ok": True, "result": value}, ensure_ascii=False).encode() + b"\n"


def check_text(raw):
    """The program's own sequences apart there is nothing that a terminal obeys."""
    text = ALLOWED.sub(b"", raw).decode()
    found = CONTROLS.search(text)
    check(found is None, f"a terminal is sent {found and found[0]!r}: {text[:500]!r}")
    return text


def see(bench, stranger, *words, columns):
    return Terminal(bench, [bench.binaries.control, "--config", stranger.config, "status", *words],
                    columns=columns, rows=160, environment={"NO_COLOR": None})


def look_at_widths(bench, stranger):
    stranger.say(STATUS)
    for columns in WIDTHS:
        terminal = see(bench, stranger, "--watch", columns=columns)
        terminal.wait(lambda words: "not configured any more" in words.replace("  ", " "), f"all at {columns} columns")
        check_text(terminal.raw)
        model = terminal.screen
        for row in range(model.lines):
            check(model.buffer[row][columns - 1].data.strip() == "",
                  f"row {row} reaches the edge of {columns}: {terminal.lines[row]!r}")
        lines = [line for line in terminal.lines if line.startswith("source ")]
        check(not any(line.startswith("source fake") for line in lines), "a line break makes a line")
        terminal.type("q")
        same(terminal.wait_end(), 0, "the end")
        terminal.check_restored()


def read_facts(bench, stranger):
    said = slackauditctl(bench, "status", config=stranger.config)
    same(said.code, 0, "status")
    text = check_text(said.out)
    for fact in ("up 1h 2m", "the disk is full", "source aaa", ": token refused", "lag not known yet", "nothing is read yet",
                 "walks 2026-11-20T00:00:00Z to 2026-11-22T00:00:00Z, 1,234,567 walked", "7 late, at most 2m 5s",
                 "last success 2m 5s ago", "calls left 12", "Slack asked to wait 30s still", "failing, 3 times in a row: ?[2J?]0;owned??[31mred",
                 "source gone: does not run", "1,234 entries wait, 4.9 KiB", "of one 1,200 entries wait", "of two?[7m 34 entries wait",
                 "retries 1,234", "dead letters 3", "failing, 1 time in a row", "output left?[8m; of one 1 entry waits, 9 bytes",
                 "名前は王です"):
        check(fact in text, f"status does not tell {fact!r}:\n{text}")


def hear_nonsense(bench, stranger):
    """No answer makes it fall; each is told, and asked again."""
    for answer in (b"", b"{", b"\xff\n", b"[]\n", b"null\n", b'{"ok":true}\n', b'{"ok":true,"result":5}\n',
                   b'{"ok":false,"exit":1,"error":"\\u001b[2Jno"}\n', b'{"ok":true,"result":{}}' * 2):
        stranger.answer = answer
        for verb in ("status", "health", "reload"):
            said = slackauditctl(bench, verb, config=stranger.config)
            check(said.code in (0, 1, 75), f"{answer!r}: {said.code} {said.text}")
            check(CONTROLS.search(said.text) is None, f"{verb} tells raw what a stranger wrote: {said.text!r}")
        terminal = see(bench, stranger, "--watch=0.1", columns=80)
        terminal.wait("not reachable, since", f"{answer!r} to be told")
        check_text(terminal.raw)
        stranger.say({})
        terminal.wait(lambda words: "not reachable" not in words and "all is well" in words, "a status after it")
        terminal.send(15)
        same(terminal.wait_end(), -15, "the end by TERM")


def hear_odd_numbers(bench, stranger):
    """Numbers that no daemon means overflow nowhere."""
    for number in (2 ** 63 - 1, -2 ** 63, 10 ** 40, -1, 1e308):
        part = {name: number for name in ("failures", "lag_seconds", "windows", "calls_left", "paused_seconds", "delivered",
                                          "retries", "dead_letters")}
        backlog = {"source": "one", "backlog_entries": number, "backlog_bytes": number}
        stranger.say({"time": "9999-12-31T23:59:59Z", "uptime_seconds": number,
                      "store": {name: number for name in ("live_bytes", "open_bytes", "max_bytes")},
                      "sources": [{"name": "a", "last_success": "1970-01-01T00:00:00Z", **part, "entries": {
                          "stored": number, "late": number, "worst_lateness_seconds": number}}],
                      "outputs": [{"name": "o", **part, "sources": [backlog] * 3}]})
        said = slackauditctl(bench, "status", config=stranger.config)
        same(said.code, 0, f"status with {number}: {said.text}")


def scenario(bench):
    silent = Stranger(bench, "silent")
    silent.answer = None
    waiting = see(bench, silent, "--watch=0.1", columns=80)
    stranger = Stranger(bench)
    look_at_widths(bench, stranger)
    read_facts(bench, stranger)
    hear_nonsense(bench, stranger)
    hear_odd_numbers(bench, stranger)
    waiting.wait("not reachable, since", "a daemon to be missed that does not answer")
    check("it does not answer" in waiting.words(), f"why: {waiting.text}")
    check(silent.peers, "it was never asked")
    silent.say({})
    waiting.wait(lambda words: "not reachable" not in words and "all is well" in words, "a status at last")
    waiting.type("q")
    same(waiting.wait_end(), 0, "the end")


run(scenario)
