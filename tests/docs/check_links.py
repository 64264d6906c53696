"""Every relative link of every document leads somewhere, to a heading too: in the sources, and in the installed tree, where
all that is installed is there and where one component alone is; or in built Debian packages, each by itself.

    check_links.py --build BUILD
    check_links.py --packages FOLDER"""

import argparse
import pathlib
import re
import sys
import tempfile

from documents import DOCUMENTS, FENCED, TREE, end, read

sys.path.insert(0, str(TREE / "tests/library"))
import scratch  # noqa: E402

LINK = re.compile(r"\[[^]\n]*\]\(([^)\s]+)\)")
COMPONENTS = (None, "programs", "development")
PACKAGES = ("slackauditd_", "libslackaudit-dev_")
PREFIX = "/usr"


def anchors(document):
    """Of its headings, as the usual viewers make them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", read(document)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check(document, top, problems):
    """The links that the document has within the tree."""
    targets = [target for target in LINK.findall(FENCED.sub("", read(document)))
               if not re.match(r"[a-z]+:", target)]
    for target in targets:
        path, _, heading = target.partition("#")
        led = (document.parent / path).resolve() if path else document
        place = f"{document.relative_to(top)}: {target}"
        if not led.is_relative_to(top.resolve()) or not led.exists():
            problems.append(f"{place} leads nowhere")
        elif heading and led.suffix == ".md" and heading not in anchors(led):
            problems.append(f"{place}: no such heading")
    return len(targets)


def check_installed(folder, what, problems):
    """The documents of an installed tree."""
    documents = sorted(folder.rglob("*.md"))
    found = []
    count = sum(check(document, folder, found) for document in documents)
    found += [f"{document.name} links to a page of the manual, which may lie elsewhere" for document in documents
              for target in LINK.findall(read(document)) if re.search(r"(^|/)man/", target)]
    problems += [f"{what}: {problem}" for problem in found]
    return count


def installed(build, component, problems):
    with tempfile.TemporaryDirectory(prefix="slackaudit-documents-") as name:
        folder = pathlib.Path(name)
        scratch.install(build, PREFIX, component, folder)
        return check_installed(folder, f"installed ({component or 'all'})", problems)


def packaged(package, problems):
    with tempfile.TemporaryDirectory(prefix="slackaudit-documents-") as name:
        folder = pathlib.Path(name)
        scratch.run(["dpkg-deb", "--extract", package, folder])
        return check_installed(folder, package.name, problems)


def main():
    parser = argparse.ArgumentParser()
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--build", type=pathlib.Path)
    where.add_argument("--packages", type=pathlib.Path)
    arguments = parser.parse_args()
    problems = []
    if arguments.packages:
        packages = [path for path in arguments.packages.glob("*.deb") if path.name.startswith(PACKAGES)]
        counts = [packaged(package, problems) for package in packages]
        least = min(counts) if len(counts) == len(PACKAGES) else 0
        return end(problems, f"{len(packages)} packages, {counts} links", least, 5)
    links = sum(check(document, TREE, problems) for document in DOCUMENTS)
    counts = [installed(arguments.build, component, problems) for component in COMPONENTS]
    return end(problems, f"{len(DOCUMENTS)} documents, {links} links, installed {counts}", min(links, *counts), 5)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except scratch.Failure as failure:
        sys.exit(str(failure))
