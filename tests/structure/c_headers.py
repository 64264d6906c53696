"""Reads what libslackaudit's public headers declare: functions, structs with their members, constants
and types. It knows the C that these headers are written in, and no more."""

import dataclasses
import re

from public_headers import public_headers, without_comments

FUNCTION = re.compile(r"^SLACKAUDIT_API\s+([^;]+);", re.MULTILINE)
HEAD = re.compile(r"(?P<result>.*?)\b(?P<name>slackaudit_\w+)\((?P<arguments>.*)\)$")
STRUCT = re.compile(r"(?:^/\*(?P<above>(?:(?!\*/).)*)\*/\n)?"
                    r"^struct (?P<name>slackaudit_\w+) \{\n(?P<body>.*?)^\};", re.DOTALL | re.MULTILINE)
OPAQUE = re.compile(r"^struct (slackaudit_\w+);", re.MULTILINE)
ENUM = re.compile(r"^enum (?P<name>slackaudit_\w+ )?\{(?P<body>.*?)\};", re.DOTALL | re.MULTILINE)
DEFINE = re.compile(r"^#\s*define (SLACKAUDIT_\w+)", re.MULTILINE)
TYPEDEF = re.compile(r"^typedef ([^;]+);", re.MULTILINE)


@dataclasses.dataclass
class Function:
    result: str
    name: str
    arguments: list[str]


@dataclasses.dataclass
class Member:
    """`above` and `beside` are the comments before it and behind it on its line. `first` says that a
    blank line or the beginning of the struct stands before it."""
    declarations: list[str]
    above: str
    beside: str
    first: bool


@dataclasses.dataclass
class Struct:
    above: str  # the comment
    members: list[Member]

    def declarations(self) -> list[str]:
        return [declaration for member in self.members for declaration in member.declarations]


@dataclasses.dataclass
class Header:
    name: str
    functions: list[Function]
    structs: dict[str, Struct]
    opaque: list[str]
    enums: dict[str, list[str]]
    typedefs: list[Function]  # of pointers to functions
    constants: list[str]  # by #define


def words(text: str) -> str:
    return " ".join(text.split())


def comment_words(comment: str) -> str:
    """What stands between `/*` and `*/`, in one line."""
    return words(re.sub(r"^\s*\*", "", comment, flags=re.MULTILINE))


def split_top(text: str) -> list[str]:
    """Splits at the commas that stand in no parentheses."""
    parts, depth = [""], 0
    for byte in text:
        depth += (byte == "(") - (byte == ")")
        if byte == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += byte
    return [part.strip() for part in parts if part.strip()]


def read_function(declaration: str) -> Function:
    head = HEAD.match(words(declaration))
    if head is None:
        raise ValueError(f"not read as a function: {declaration}")
    return Function(head["result"].strip(), head["name"], split_top(head["arguments"]))


def read_declarations(text: str) -> list[str]:
    """`const char *a, *b` is two declarations; a pointer to a function is one."""
    first, *others = split_top(words(text))
    if not others:
        return [first]
    base = re.match(r"((?:const |struct |enum |unsigned )*\w+ )", first)[1]
    return [first] + [base + other for other in others]


def read_members(body: str) -> list[Member]:
    members: list[Member] = []
    above, first, position = "", True, 0
    while position < len(body):
        space = re.compile(r"\s*").match(body, position)
        first = first or space[0].count("\n") > 1
        position = space.end()
        if position == len(body):
            break
        if body.startswith("/*", position):
            end = body.index("*/", position) + 2
            text = comment_words(body[position + 2:end - 2])
            if "\n" not in space[0] and members and not above:
                members[-1].beside = text
            else:
                above = f"{above} {text}".strip()
            position = end
            continue
        if body.startswith("union {", position):
            position += len("union {")
            continue
        if body.startswith("};", position):
            position += 2
            continue
        end = body.index(";", position)
        members.append(Member(read_declarations(body[position:end]), above, "", first))
        above, first, position = "", False, end + 1
    return members


def read_header(path) -> Header:
    text = path.read_text(encoding="utf-8")
    code = without_comments(text)
    enums = {}
    for found in ENUM.finditer(code):
        constants = [part.split("=")[0].strip() for part in split_top(found["body"])]
        enums[(found["name"] or f"of {constants[0]}").strip()] = constants
    return Header(
        name=f"slackaudit/{path.name}",
        functions=[read_function(found) for found in FUNCTION.findall(code)],
        structs={found["name"]: Struct(comment_words(found["above"] or ""), read_members(found["body"]))
                 for found in STRUCT.finditer(text)},
        opaque=OPAQUE.findall(code),
        enums=enums,
        typedefs=[read_function(found.replace("(*", "").replace(")(", "(")) for found in TYPEDEF.findall(code)],
        constants=[name for name in DEFINE.findall(code) if name != "SLACKAUDIT_API"])


def read_headers() -> dict[str, Header]:
    headers = [read_header(path) for path in public_headers()]
    return {header.name: header for header in headers}
