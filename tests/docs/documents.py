"""What the tests of the documents have in common: the documents, their code and their tables."""

import pathlib
import re

TREE = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = [TREE / "README.md", TREE / "CHANGELOG.md", *sorted((TREE / "docs").glob("*.md"))]
FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:\A|(?<=\n\n))(?:(?: {4,}|\t)[^\n]*\n(?:\n(?= {4}))*)+")
SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")


class Block:
    """Code that stands on lines of its own."""

    def __init__(self, document, language, text, line):
        self.document = document
        self.language = language
        self.text = text
        self.place = f"{document.relative_to(TREE)}:{line}"


def read(document):
    return document.read_text(encoding="utf-8")


def fenced_blocks(document, language=None):
    text = read(document)
    for found in FENCED.finditer(text):
        if language in (None, found[2]):
            indent = found[1]
            body = "".join(line.removeprefix(indent) for line in found[3].splitlines(keepends=True))
            yield Block(document, found[2], body, text.count("\n", 0, found.start()) + 2)


def indented_blocks(document):
    text = FENCED.sub(lambda found: "\n" * found[0].count("\n"), read(document))
    for found in INDENTED.finditer(text):
        body = re.sub(r"^( {4}|\t)", "", found[0], flags=re.MULTILINE)
        yield Block(document, "", body, text.count("\n", 0, found.start()) + 1)


def prose(document):
    """The text without the code that stands on lines of its own."""
    return INDENTED.sub("", FENCED.sub("", read(document)))


def spans(text):
    """The code within lines."""
    return [found[2].strip() for found in SPAN.finditer(text)]


def section(document, heading):
    """The text below a heading, with what stands below that."""
    text = read(document)
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,2}} |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise SystemExit(f"{document.relative_to(TREE)} has no heading {heading!r}")
    return found[2]


def rows(text, header):
    """The rows of each table whose first column has this header, as lists of cells."""
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else None
        if cells is None:
            inside = False
        elif cells[0] == header:
            inside = True
        elif inside and not set(cells[0]) <= set("-: "):
            yield cells


def end(problems, told, checked, least):
    """Tells all, and what the program ends with: 1 where there is a problem, or where next to nothing was looked at."""
    if checked < least:
        problems.append(f"only {checked} were found to be checked, and there must be {least}")
    for problem in problems:
        print(problem)
    print(f"{told}, {len(problems)} problems")
    return 1 if problems else 0
