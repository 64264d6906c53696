"""The manual speaks of the library as it is: every public function is described in one page, with the
prototype of its header, every struct with its members, every constant somewhere; no page names what
does not exist; mandoc has nothing against any of them. So does docs/library.md, whose code is that of
the examples.

What is made from the headers (manual.py) is written anew by `check_manual.py --renew`."""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import manual
from c_headers import read_headers
from public_headers import SOURCES, public_headers

DOCS = SOURCES.parent / "docs"
PAGES = DOCS / "man"
GUIDE = DOCS / "library.md"
ENVIRONMENT = {"SLACKAUDIT_TOKEN", "SLACKAUDIT_BASE_URL"}
NAMED = re.compile(r"\b(?:slackaudit|SLACKAUDIT)_\w+")
REFERENCE = re.compile(r"^\.(?:It )?Xr (\S+) 3", re.MULTILINE)
AMOUNT = re.compile(r"\b\d[\d,]* (?:MiB|KiB|levels|entries|attempts|actions|names)\b")
HEADING = re.compile(r"^\.S[hs] (.*\b[A-Z][a-z]\b.*)", re.MULTILINE)  # `In` there is an order of mdoc
LINTED = re.compile(r"^mandoc: .*?([^/:]+:\d+:\d+: .*)$", re.MULTILINE)


class Page:
    def __init__(self, path, headers):
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.by_hand = manual.MADE.sub("", self.text)
        self.names = re.findall(r"^\.Nm (\w+)", self.section("NAME"), re.MULTILINE)
        made = {"functions": [], "structs": []}
        for found in manual.MADE.finditer(self.text):
            made[found["what"]].append(found["header"])
        self.headers = made["functions"]
        self.functions = [function.name for name in made["functions"] for function in headers[name].functions]
        self.structs = [struct for name in made["structs"] for struct in headers[name].structs]

    def section(self, title):
        found = re.search(rf"^\.Sh {title}\n(.*?)(?=^\.Sh |\Z)", self.text, re.DOTALL | re.MULTILINE)
        return found[1] if found else ""

    def members(self, struct):
        """The declarations of its members where it has a heading of its own, or None."""
        found = re.search(rf"^\.Ss struct {struct}\n(.*?)(?=^\.S[sh] |\Z)", self.by_hand,
                          re.DOTALL | re.MULTILINE)
        if found is None:
            return None
        items = re.findall(r"^\.It (Fa (?:.*\\\n)*.*)$", found[1], re.MULTILINE)
        return [declaration for item in items
                for declaration in re.findall(r'"(.*?)"', item.replace("\\\n", ""))]

    def explains(self, struct, members):
        """Whether it is an item of a list whose text speaks of all its members."""
        found = re.search(rf"^\.It Vt struct {struct}\n(.*?)^\.(?:It|El)", self.by_hand,
                          re.DOTALL | re.MULTILINE)
        return found is not None and all(re.search(rf"^\.Fa {name}\b", found[1], re.MULTILINE)
                                         for name in members)

    def check(self, problems):
        name = self.path.stem
        title = re.search(r"^\.Dt (\S+) 3$", self.text, re.MULTILINE)
        if title is None or title[1] != name.upper():
            problems.append(f"{name}: its title is another")
        extra = {name} if name == "libslackaudit" else set()
        if set(self.names) != set(self.functions) | extra:
            problems.append(f"{name}: its NAME lacks or has too much: "
                            f"{set(self.names) ^ (set(self.functions) | extra)}")
        for function in self.functions:
            if not re.search(rf"^\.(?:It )?Fn {function}\b", self.by_hand, re.MULTILINE):
                problems.append(f"{name}: nothing is said of {function}()")


def check_functions(pages, headers, problems):
    for header in headers.values():
        named = [page.path.stem for page in pages if header.name in page.headers]
        if header.functions and len(named) != 1:
            problems.append(f"the functions of {header.name} stand in {named or 'no page'}, not in one")


def check_structs(pages, headers, problems):
    for header in headers.values():
        for struct, content in header.structs.items():
            wanted = content.declarations()
            by_hand = [page.members(struct) for page in pages if page.members(struct) is not None]
            made = [page for page in pages if struct in page.structs]
            names = [re.search(r"\w+$", text)[0] for text in wanted if re.search(r"\w+$", text)]
            told = [page for page in pages if page.explains(struct, names)]
            if len(by_hand) + len(made) + len(told) != 1:
                problems.append(f"struct {struct} is described {len(by_hand) + len(made) + len(told)} times")
            elif by_hand and by_hand[0] != wanted:
                problems.append(f"struct {struct}: the page has\n  {by_hand[0]}\nthe header\n  {wanted}")


def names_of(pages, headers):
    """All that may be named, and of it the constants, which must be."""
    known = {page.path.stem for page in pages} | ENVIRONMENT
    constants = set()
    for header in headers.values():
        known |= {function.name for function in header.functions + header.typedefs}
        known |= set(header.structs) | set(header.opaque) | set(header.enums)
        constants |= set(header.constants).union(*header.enums.values())
    return known | constants, constants


def check_names(pages, headers, problems):
    known, constants = names_of(pages, headers)
    titles = {page.path.stem for page in pages}.union(*(page.names for page in pages))
    named = set()
    for page in pages:
        here = set(NAMED.findall(re.sub(r"^\.Dt .*", "", page.text, flags=re.MULTILINE)))
        named |= here
        problems += [f"{page.path.stem}: there is no {name}" for name in sorted(here - known)]
        problems += [f"{page.path.stem}: there is no page of {name}" for name in REFERENCE.findall(page.text)
                     if name.startswith("slackaudit_") and name not in titles]
    problems += [f"{name} is named in no page" for name in sorted(constants - named)]


def check_amounts(pages, problems):
    """What the manual says of sizes and counts stands in a header too."""
    told = {amount for path in public_headers()
            for amount in AMOUNT.findall(re.sub(r"[\s*]+", " ", path.read_text(encoding="utf-8")))}
    for page in pages:
        problems += [f"{page.path.stem}: no header says {amount}"
                     for amount in sorted(set(AMOUNT.findall(" ".join(page.by_hand.split()))) - told)]


def check_guide(pages, headers, problems):
    """docs/library.md: its code stands so in an example, its names and links exist."""
    text = GUIDE.read_text(encoding="utf-8")
    examples = [path.read_text(encoding="utf-8") for path in (DOCS / "examples").glob("*.c")]
    blocks = re.findall(r"^```c\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    if not blocks:
        problems.append("library.md: it has no code")
    problems += [f"library.md: this stands in no example:\n{block}" for block in blocks
                 if not any(block in example for example in examples)]
    known, _ = names_of(pages, headers)
    problems += [f"library.md: there is no {name}" for name in sorted(set(NAMED.findall(text)) - known)]
    problems += [f"library.md: there is no {link}" for link in re.findall(r"\]\(([^)#:]+)\)", text)
                 if not (DOCS / link).exists()]


def check_program(pages, compiler, problems):
    """The program in libslackaudit(3) compiles."""
    text = next(page.section("EXAMPLES") for page in pages if page.path.stem == "libslackaudit")
    program = re.search(r"^\.Bd -literal\n(.*?)^\.Ed", text, re.DOTALL | re.MULTILINE)[1]
    with tempfile.NamedTemporaryFile("w", suffix=".c") as file:
        file.write(program.replace("\\e", "\\"))
        file.flush()
        done = subprocess.run([compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                               f"-I{SOURCES}", file.name], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        problems.append(f"the program in libslackaudit(3) does not compile:\n{done.stderr}")


def check_lint(pages, mandoc, problems):
    """Other manuals need not be installed here; this one's are looked for above."""
    paths = [str(page.path) for page in pages]
    done = subprocess.run([mandoc, "-T", "lint", "-W", "style", *paths], capture_output=True, text=True,
                          check=False)
    problems += [line for line in LINTED.findall(done.stdout + done.stderr)
                 if "referenced manual not found" not in line]


def renew(headers, paths):
    for path in paths:
        path.write_text(manual.renew(path.read_text(encoding="utf-8"), headers), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--renew", action="store_true", help="write what is made from the headers anew")
    parser.add_argument("--mandoc", default="mandoc")
    parser.add_argument("--cc", default="cc")
    arguments = parser.parse_args()
    headers, paths = read_headers(), sorted(PAGES.glob("*.3"))
    if arguments.renew:
        renew(headers, paths)
    pages, problems = [Page(path, headers) for path in paths], []
    problems += [f"{page.path.stem}: a word of two letters in the heading {heading}"
                 for page in pages for heading in HEADING.findall(page.text)]
    for page in pages:
        if manual.renew(page.text, headers) != page.text:
            problems.append(f"{page.path.stem}: a header has changed; `ninja manual` writes the page anew")
        page.check(problems)
    check_functions(pages, headers, problems)
    check_structs(pages, headers, problems)
    check_names(pages, headers, problems)
    check_amounts(pages, problems)
    check_guide(pages, headers, problems)
    check_program(pages, arguments.cc, problems)
    check_lint(pages, arguments.mandoc, problems)
    for problem in problems:
        print(problem)
    print(f"{len(pages)} pages, {sum(len(page.functions) for page in pages)} functions, "
          f"{len(problems)} problems")
    return 1 if problems or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
