"""A file output and what it wrote."""

import gzip
import os
import re

from .failure import Failure
from .waiting import until

ROTATED = re.compile(r"\.(?P<time>\d{8}T\d{6}Z)(?:-(?P<number>\d+))?(?:\.gz)?")


class Archive:
    """The file, its rotated parts, and the configuration of the output that writes them."""

    def __init__(self, name, path, keys):
        self.name = name
        self.path = path
        self.keys = keys

    def config(self, **keys):
        output = {"name": self.name, "type": "file", "path": str(self.path)}
        output.update(self.keys)
        output.update(keys)
        return output

    def rotated(self):
        """The rotated parts, oldest first: PATH.TIME or PATH.TIME-NUMBER, then .gz or not."""
        if not self.path.parent.exists():
            return []
        found = []
        for path in self.path.parent.iterdir():
            match = ROTATED.fullmatch(path.name.removeprefix(self.path.name))
            if match is not None:
                found.append((match["time"], int(match["number"] or 0), path))
        return [path for _, _, path in sorted(found)]

    def parts(self):
        """All parts in the order in which they were written."""
        return self.rotated() + ([self.path] if self.path.exists() else [])

    def lines(self):
        """Every line of all parts, in order. The last line must be whole, or become so: who reads while
        the daemon writes sees a part of what one call writes."""
        return [line for part in self.parts() for line in whole(part).splitlines()]

    def size(self):
        """Bytes in the file that is being written."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def check_no_leftovers(self):
        """Nothing may lie beside the parts: no temporary file, no original of a compressed part."""
        parts = set(self.parts())
        for entry in os.scandir(self.path.parent):
            path = self.path.parent / entry.name
            if path not in parts:
                raise Failure(f"{path} was left behind")
            if path.suffix == ".gz" and path.with_suffix("") in parts:
                raise Failure(f"{path.with_suffix('')} stands beside its compressed self")


def lines_so_far(path):
    """The whole lines of a file that the daemon may be writing; none when there is no file yet."""
    text = path.read_bytes() if path.exists() else b""
    return text[:text.rfind(b"\n") + 1].splitlines()


def whole(path):
    """The content of a part once it ends with a line."""
    content = b""

    def look():
        nonlocal content
        content = read(path)
        return not content or content.endswith(b"\n")
    until(look, lambda: f"{path}, which ends within a line, to go on: {content[-80:]!r}", limit=10)
    return content


def read(path):
    """The content of a part, unpacked if it is packed."""
    if path.suffix == ".gz":
        with gzip.open(path) as file:
            return file.read()
    return path.read_bytes()
