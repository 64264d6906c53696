"""Every relative link of every document leads somewhere, to a heading too: in the sources, and in the installed tree, where
all that is installed is there and where one component alone is.

    check_links.py --build BUILD"""

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


def installed(build, component, problems):
    with tempfile.TemporaryDirectory(prefix="slackaudit-documents-") as name:
        folder = pathlib.Path(name)
        scratch.install(build, PREFIX, component, folder)
        documents = sorted(folder.rglob("*.md"))
        if not documents:
            problems.append(f"{component or 'the whole'} installs no document")
        found = []
        count = sum(check(document, folder, found) for document in documents)
        problems += [f"installed ({component or 'all'}): {problem}" for problem in found]
        for document in documents:
            problems += [f"installed: {document.name} links to a page of the manual, which may lie elsewhere"
                         for target in LINK.findall(read(document)) if re.search(r"(^|/)man/", target)]
        return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    build = parser.parse_args().build
    problems = []
    links = sum(check(document, TREE, problems) for document in DOCUMENTS)
    counts = [installed(build, component, problems) for component in COMPONENTS]
    return end(problems, f"{len(DOCUMENTS)} documents, {links} links, installed {counts}", min(links, *counts), 5)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except scratch.Failure as failure:
        sys.exit(str(failure))
