"""A real Chromium without a window, driven over its debugging pipe."""

import base64
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import time

from .failure import Failure, Skip
from .waiting import PATIENCE, slowness, until

FLAGS = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-quic", "--hide-scrollbars",
         "--no-sandbox",  # it runs as root in a throw-away machine, on a page of our own
         "--remote-debugging-pipe"]


class Browser:
    """One page. Commands go to descriptor 3, answers and events come from 4, each ended by NUL."""

    def __init__(self, bench):
        program = shutil.which("chromium")
        if program is None:
            raise Skip("chromium is not installed")
        profile = bench.folder / "chromium"
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        # The shell puts the pipes where Chromium looks for them.
        self.child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", "sh", "-c",
             f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "sh", program, *FLAGS,
             f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(theirs_in, theirs_out))
        os.close(theirs_in)
        os.close(theirs_out)
        self.commands = open(ours_out, "wb", buffering=0)
        self.answers = open(ours_in, "rb", buffering=0)
        self.unread = b""
        self.number = 0
        self.session = None
        self.errors = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def stop(self):
        """Ends it and all its children, who would write to the profile while it is removed."""
        self.session = None
        with contextlib.suppress(Failure, OSError):
            self.call("Browser.close")
        self.commands.close()
        while self.answers.read(1 << 16):  # the last child has gone when nobody holds the pipe
            pass
        self.answers.close()
        self.child.wait()

    # The protocol.

    def receive(self):
        while b"\0" not in self.unread:
            piece = self.answers.read(1 << 16)
            if not piece:
                raise Failure("chromium has ended")
            self.unread += piece
        message, _, self.unread = self.unread.partition(b"\0")
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session is not None:
            message["sessionId"] = self.session
        self.commands.write(json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE * slowness()
        while time.monotonic() < deadline:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Failure(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.note(answer)
        raise Failure(f"chromium does not answer {method}")

    def note(self, event):
        """What the page complains about in its console, and what it asks of anybody else."""
        details = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(details["exceptionDetails"].get("text", "an exception"))
        elif event.get("method") == "Log.entryAdded" and details["entry"]["level"] == "error":
            self.errors.append(details["entry"]["text"])
        elif event.get("method") == "Network.requestWillBeSent":
            self.requests.append(details["request"]["url"])

    requests = []

    # A page.

    def open(self, url, width=1100, height=1400, dark=False):
        self.errors, self.requests = [], []
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Page.navigate", url=url)

    def value(self, expression):
        """The value of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise Failure(f"{expression}: {answer['exceptionDetails']['text']}")
        return answer["result"].get("value")

    def wait(self, expression, what):
        return until(lambda: self.value(expression), what, step=0.05)

    def press(self, key):
        code = {"Tab": 9, "Enter": 13}[key]
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode=code, text="\r" if key == "Enter" and kind == "keyDown" else "")

    def picture(self, name):
        """A PNG of the page; kept where SCREENSHOTS says, for people to look at."""
        data = base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
            (pathlib.Path(folder) / f"{name}.png").write_bytes(data)
        return data
