"""A person's terminal: a program that runs on a real pseudo-terminal, and what stands on its screen."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios

from .failure import Failure, Skip, check
from .waiting import slowness, until

DEBIAN_PACKAGES = "/usr/lib/python3/dist-packages"
"""Debian's python3-pyte is there for every Python: it is written in nothing else."""

ALTERNATE = re.compile(rb"\x1b\[\?1049([hl])")


def model():
    """The package that knows what a terminal does with what it is sent."""
    try:
        import pyte
    except ImportError:
        sys.path.append(DEBIAN_PACKAGES)
        try:
            import pyte
        except ImportError:
            raise Skip("python3-pyte is not installed") from None
    return pyte


class Terminal:
    """`raw` is all that the program has sent. The alternate screen is kept apart from the usual one,
    as terminals do."""

    def __init__(self, bench, command, columns=80, rows=24, environment=None, keyboard=True):
        self.pyte = model()
        self.raw = b""
        self.pending = b""
        self.seen = None  # what stood on the screen when it was looked at last
        self.is_alternate = False
        self.usual = None
        self.master, slave = pty.openpty()
        os.set_blocking(self.master, False)
        self.columns, self.rows = columns, rows
        self.use_new_screen()
        self.set_size()
        self.before = termios.tcgetattr(slave)
        settings = {**os.environ, "TERM": "xterm-256color", **(environment or {})}
        settings = {name: value for name, value in settings.items() if value is not None}
        settings.setdefault("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=1")
        self.child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *map(str, command)], env=settings,
            stdin=slave if keyboard else subprocess.DEVNULL, stdout=slave, stderr=slave,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0))
        self.slave = slave  # kept, so that its settings can be looked at when the program is gone
        bench.cleanup.callback(self.close)

    # The model.

    def use_new_screen(self):
        self.screen = self.pyte.Screen(self.columns, self.rows)
        self.stream = self.pyte.ByteStream(self.screen)

    def set_size(self):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def switch(self, is_alternate):
        if is_alternate and not self.is_alternate:
            self.usual = (self.screen, self.stream)
            self.use_new_screen()
        elif self.is_alternate and not is_alternate:
            self.screen, self.stream = self.usual
        self.is_alternate = is_alternate

    def feed(self, data):
        self.seen = None
        self.raw += data
        self.pending += data
        while (found := ALTERNATE.search(self.pending)) is not None:
            self.stream.feed(self.pending[:found.start()])
            self.switch(found[1] == b"h")
            self.pending = self.pending[found.end():]
        whole = self.pending.rfind(b"\x1b", len(self.pending) - 8) if self.pending else -1
        held = whole if whole >= 0 and self.pending[whole:] in b"\x1b[?1049h" else len(self.pending)
        self.stream.feed(self.pending[:held])
        self.pending = self.pending[held:]

    def read(self):
        """Takes what the program has sent since; false when there was nothing."""
        try:
            data = os.read(self.master, 1 << 16)
        except (BlockingIOError, OSError):
            return False
        self.feed(data)
        return True

    # What a person does.

    def type(self, text):
        os.write(self.master, text.encode())

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        self.seen = None
        self.set_size()

    def send(self, number):
        self.child.send_signal(number)

    # What a person sees.

    @property
    def lines(self):
        while self.read():
            pass
        if self.seen is None:  # the model takes its time to tell it
            self.seen = [line.rstrip() for line in self.screen.display]
        return self.seen

    @property
    def text(self):
        return "\n".join(self.lines)

    def words(self):
        """All of it in one line, as if nothing had been broken."""
        return " ".join(self.text.split())

    def colours_of(self, word):
        """The colours in which the word stands on the screen, wherever it does."""
        found = set()
        for row, line in enumerate(self.lines):
            for match in re.finditer(re.escape(word), line):
                found.add(self.screen.buffer[row][match.start()].fg)
        return found

    def wait(self, holds, what, limit=30.0):
        """Waits until `holds(words)` is true of what is seen, or, if it is a text, until that is."""
        wanted = (lambda words: holds in words) if isinstance(holds, str) else holds
        return until(lambda: wanted(self.words()), lambda: f"{what}; the screen is\n{self.text}", limit)

    # The end.

    def wait_end(self, limit=20.0):
        """The exit code, when all that was sent is on the screen."""
        def look():
            self.read()
            return self.child.poll() is not None
        until(look, lambda: f"the end of the program; the screen is\n{self.text}", limit * slowness())
        while self.read():
            pass
        return self.child.returncode

    def check_restored(self):
        """The terminal is as it was found."""
        settings = termios.tcgetattr(self.slave)
        check(settings == self.before, f"the terminal's settings are changed: {settings}")
        check(not self.is_alternate, "the alternate screen is still shown")
        check(not self.screen.cursor.hidden, "the cursor is still hidden")
        last = [self.raw.rfind(b"\x1b[?7h"), self.raw.rfind(b"\x1b[?7l")]
        check(last[0] >= last[1], "lines are not wrapped any more")

    def close(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGKILL)
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            raise Failure("a program on a terminal cannot be killed") from None
        os.close(self.slave)
        os.close(self.master)
