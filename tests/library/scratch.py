"""The built library, installed where nobody else sees it."""

import os
import pathlib
import shutil
import subprocess

LIMIT = 120 * float(os.environ.get("SCENARIO_SLOWNESS", "1"))
"""Seconds that no healthy program needs."""

LIBRARY_COMPONENTS = ("library", "development")


class Failure(Exception):
    """What a test says when it fails."""


def check(holds, words):
    if not holds:
        raise Failure(words)


def run(command, environment=None):
    """Runs it to its end and returns what it wrote; a failure shows that."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=LIMIT,
                          stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
    check(done.returncode == 0,
          f"{' '.join(words)}\nended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def install(build, prefix, component=None, destdir=None):
    """`cmake --install`; returns the files that it says it wrote."""
    command = ["cmake", "--install", build, "--prefix", prefix]
    if component is not None:
        command += ["--component", component]
    told = run(command, {"DESTDIR": str(destdir or "")})
    return {line.split(": ", 1)[1] for line in told.splitlines() if line.startswith("-- Installing: ")}


class Prefix:
    """An installation of the library alone. Without `shared`, as on a machine that has only the archive."""

    def __init__(self, build, folder, shared=True):
        self.folder = folder
        for component in LIBRARY_COMPONENTS:
            install(build, folder, component)
        self.libraries = next(folder.rglob("slackaudit.pc")).parent.parent
        self.is_shared = shared
        if not shared:
            for path in self.libraries.glob("libslackaudit.so*"):
                path.unlink()

    def pkg_config(self, *options):
        environment = {"PKG_CONFIG_PATH": str(self.libraries / "pkgconfig")}
        static = [] if self.is_shared else ["--static"]
        return run(["pkg-config", *static, *options, "slackaudit"], environment).split()

    def environment(self):
        """What a program that was linked with it needs to run."""
        return {"LD_LIBRARY_PATH": str(self.libraries)} if self.is_shared else {}

    def check_link(self, program):
        """The program has the library as it was meant to."""
        dynamic = run(["readelf", "--dynamic", "--wide", program])
        check(("[libslackaudit.so.1]" in dynamic) == self.is_shared,
              f"{program.name}: linked the other way\n{dynamic}")


def copy(source, folder):
    """A copy that finds nothing of the tree beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    return pathlib.Path(shutil.copy(source, folder))
