"""What an image is made of, as a builder reads .dockerignore: no layer, not even one of the build alone, gets the token
that compose.yaml has its user write beside it, nor what this tree was built into.

    context.py --folder FOLDER"""

import argparse
import pathlib
import shutil
import sys
import tempfile

from apart import isolate
from harness.failure import Skip, check
from storage import Storage

TREE = pathlib.Path(__file__).resolve().parents[2]
SECRETS = ("packaging/container/acme.token", "acme.token", "packaging/container/config/other.token", "packaging/container/.env")
LEFT_OUT = (*SECRETS, "build/src/slackauditd", "build-clang/build.ninja", ".git/config", "tests/scenarios/once.py")
TAKEN = ("CMakeLists.txt", "src/main/slackauditd.c", "packaging/install-needed", "tests/CMakeLists.txt")


def make_tree(folder):
    shutil.copy(TREE / ".dockerignore", folder)
    for name in LEFT_OUT + TAKEN:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("text\n", encoding="ascii")
    (folder / "Containerfile").write_text("FROM scratch\nCOPY . /\n", encoding="ascii")


def look(folder):
    """All that the builder took, by its names there."""
    storage = Storage(folder / "storage")
    tree, image = folder / "tree", "localhost/context"
    tree.mkdir()
    make_tree(tree)
    storage.buildah("build", "--isolation", "chroot", "--tag", image, "--file", tree / "Containerfile", tree)
    root = pathlib.Path(storage.buildah("mount", storage.buildah("from", image).strip()).strip())
    taken = {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}
    storage.buildah("rm", "--all")
    storage.buildah("rmi", "--all")
    return taken


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parent = parser.parse_args().folder.resolve()
    try:
        isolate("buildah", network=False)
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="context-", dir=parent) as folder:
            taken = look(pathlib.Path(folder))
    except Skip as reason:
        print(f"skipped: {reason}")
        return 77
    check(set(TAKEN) <= taken, f"the builder lacks {set(TAKEN) - taken}")
    check(not taken & set(LEFT_OUT), f"the builder takes {sorted(taken & set(LEFT_OUT))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
