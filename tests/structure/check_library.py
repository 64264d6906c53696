"""The public headers of libslackaudit stand on nothing but each other and the C standard library, keep to their
own names, and say what everything is for. No source of the library follows the locale of the program that uses it.

A function is documented when a comment ends on the line above its declaration, or begins on a line of the
declaration: each has its own."""

import re
import sys

from public_headers import FUNCTION, SOURCES, public_headers, without_comments

STANDARD_C = set("""assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign
stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar
wctype""".split())

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)
MACRO = re.compile(r"^\s*#\s*define\s+(\w+)", re.MULTILINE)
TAG = re.compile(r"^(?:struct|union|enum)\s+(\w+)", re.MULTILINE)
ENUM = re.compile(r"^enum\b[^{;]*\{([^}]*)\}", re.MULTILINE)


# Functions of the C library whose answer is another one in another locale; base/ascii.h has what stands for them.
OF_THE_LOCALE = re.compile(r"\b(strn?casecmp|strcasestr|strcoll|strxfrm|strptime|(?:is|to)(?:alnum|alpha|lower|"
                           r"upper|print|punct|space|graph|cntrl|blank)|strto(?:d|f|ld)|atof)\s*\(")


def uses_of_locale() -> list[str]:
    problems = []
    for floor in ("base", "sys", "slackaudit"):
        for path in sorted((SOURCES / floor).rglob("*.[ch]")):
            code = without_comments(path.read_text(encoding="utf-8"))
            for found in OF_THE_LOCALE.finditer(code):
                line = code.count("\n", 0, found.start()) + 1
                problems.append(f"src/{path.relative_to(SOURCES)}:{line}: {found[1]} follows the locale")
    return problems


class Header:
    def __init__(self, path):
        self.name = path.name
        self.text = path.read_text(encoding="utf-8")
        self.code = without_comments(self.text)
        self.lines = self.text.splitlines()
        self.problems = []

    def complain(self, offset, words):
        self.problems.append(f"src/slackaudit/{self.name}:{self.line_of(offset) + 1}: {words}")

    def line_of(self, offset):
        return self.text.count("\n", 0, offset)

    def has_comment_above(self, line):
        return line > 0 and self.lines[line - 1].rstrip().endswith("*/")

    def check_includes(self, public):
        for found in INCLUDE.finditer(self.text):
            kind, target = found.groups()
            fine = target in public if kind == '"' else target.removesuffix(".h") in STANDARD_C
            if not fine:
                self.complain(found.start(2), f"{target} is neither a public header nor one of C's")
        if FUNCTION.search(self.code) and not re.search(r'^extern "C" \{', self.code, re.MULTILINE):
            self.complain(0, 'functions without extern "C"')

    def check_names(self):
        for found in MACRO.finditer(self.code):
            if not found[1].startswith("SLACKAUDIT_"):
                self.complain(found.start(1), f"{found[1]}: a macro begins with SLACKAUDIT_")
        for found in TAG.finditer(self.code):
            if not found[1].startswith("slackaudit_"):
                self.complain(found.start(1), f"{found[1]}: a type begins with slackaudit_")
        for body in ENUM.finditer(self.code):
            for found in re.finditer(r"(?:^|,)\s*(\w+)", body[1]):
                if not found[1].startswith("SLACKAUDIT_"):
                    self.complain(body.start(1) + found.start(1),
                                  f"{found[1]}: an enumerator begins with SLACKAUDIT_")
        for found in FUNCTION.finditer(self.code):
            if not found[1].startswith("slackaudit_"):
                self.complain(found.start(1), f"{found[1]}: a function begins with slackaudit_")

    def check_comments(self):
        for found in FUNCTION.finditer(self.code):
            first, last = self.line_of(found.start()), self.line_of(found.end() - 1)
            own_lines = "\n".join(self.lines[first:last + 1])
            if not self.has_comment_above(first) and "/*" not in own_lines:
                self.complain(found.start(1), f"{found[1]} has no comment")


def main() -> int:
    headers = [Header(path) for path in public_headers()]
    public = {f"slackaudit/{header.name}" for header in headers}
    functions = sum(len(FUNCTION.findall(header.code)) for header in headers)
    for header in headers:
        header.check_includes(public)
        header.check_names()
        header.check_comments()
    problems = [problem for header in headers for problem in header.problems]
    problems += uses_of_locale()
    if not headers or not functions:
        problems.append("nothing was checked: the headers were not found")
    for problem in problems:
        print(problem)
    print(f"{len(headers)} public headers, {functions} functions, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
