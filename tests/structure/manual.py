"""The parts of the manual pages that are made from the public headers, so that nothing is written
twice: prototypes, and the structs of the typed view. They stand in a page between two comments:

    .\\" functions of slackaudit/client.h
    .\\" end
"""

import re
import textwrap

from c_headers import Function, Header, Member, words

MADE = re.compile(r'^\.\\" (?P<what>functions|structs) of (?P<header>\S+)\n(?P<text>.*?)^\.\\" end\n',
                  re.DOTALL | re.MULTILINE)
WIDTH = 78

# How the pages call the kinds of fields; slackaudit_entry(3) says so.
VALUE = "const struct slackaudit_value *"


def renew(page: str, headers: dict[str, Header]) -> str:
    """The page with its made parts as the headers say."""
    def make(found):
        header = headers[found["header"]]
        lines = functions_of(header) if found["what"] == "functions" else structs_of(header)
        return f'.\\" {found["what"]} of {header.name}\n' + "\n".join(lines) + '\n.\\" end\n'
    return MADE.sub(make, page)


def functions_of(header: Header) -> list[str]:
    lines = [f".In {header.name}"]
    for typedef in header.typedefs:
        lines += prototype(typedef, "typedef {}", "(*{})")
    for function in header.functions:
        lines += prototype(function, "{}", "{}")
    return lines


def prototype(function: Function, result: str, name: str) -> list[str]:
    arguments = [f'.Fa "{argument}"' for argument in function.arguments]
    return [".Ft " + result.format(function.result), ".Fo " + name.format(function.name), *arguments, ".Fc"]


def structs_of(header: Header) -> list[str]:
    lines = []
    for name, struct in header.structs.items():
        lines.append(f".Ss struct {name}")
        lines += sentences(struct.above)
        lines += members_of(struct.members)
    return lines


def members_of(members: list[Member]) -> list[str]:
    """A list for each group of members; what a group has above it is its heading."""
    fields = [member for member in members if member.declarations != ["struct slackaudit_object object"]]
    longest = max(len(name_of(member)) for member in fields)
    lines = []
    for number, member in enumerate(fields):
        begins = number == 0 or member.first
        if begins and number > 0:
            lines += [".El", ".Pp"]
        if begins:
            lines += sentences(member.above) if member.first else []
            lines.append(f".Bl -tag -width {min(longest, 24) + 2}n -compact")
        lines += [f".It Va {name_of(member)}", *field(member)]
    return [*lines, ".El"]


def name_of(member: Member) -> str:
    (declaration,) = member.declarations
    return re.search(r"\w+$", declaration)[0]


def field(member: Member) -> list[str]:
    kind = member.declarations[0][:-len(name_of(member))]
    kind = "value" if kind == VALUE else re.sub(r"^(struct|enum) slackaudit_", "", kind).strip()
    comments = [member.beside, "" if member.first else member.above]
    lines = [line for comment in comments for line in sentences(comment)]
    return [f".Vt {kind} :", *lines] if lines else [f".Vt {kind}"]


def sentences(comment: str) -> list[str]:
    """A comment as text of mdoc: each sentence begins a line, no line is an order or is long, and
    names of functions are marked."""
    lines = []
    for sentence in re.split(r"(?<=[.:?!]) (?=[A-Z\"`])", words(comment.replace("`", ""))):
        text, *calls = re.split(r" ?(slackaudit_\w+\(\)[.,:;]?) ?", sentence)
        lines += wrap(text)
        for call, text in zip(calls[::2], calls[1::2]):
            name, stop = call.split("()")
            lines += [f".Fn {name} {stop}".rstrip(), *wrap(text)]
    return lines


def wrap(text: str) -> list[str]:
    lines = textwrap.wrap(text.replace("\\", "\\e"), WIDTH, break_on_hyphens=False)
    return [re.sub(r"^([.'])", r"\\&\1", line) for line in lines]
