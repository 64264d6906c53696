"""What can be completed on the command line of each program: from the tables behind --help.

The verbs of slackauditctl come from print_verbs, the options of the other two from their --help, and the
words that a value can be from print_choices. What the help calls a value says what it is completed with; a
new name for a value has to be entered here."""

from __future__ import annotations

import dataclasses
import re
import subprocess

TIMES = ["now", "-1h", "-1d", "-7d"]

# What a value is, by what the help calls it. None: a shell cannot know it.
KINDS = {
    "FILE": "file", "PATH": "file", "FORMAT": "format", "TIME": "time", "KIND[=COUNT]": "odd",
    "KIND:WHEN": "fault", "N": None, "R": None, "ID": None, "URL": None, "CURSOR": None, "SECONDS": None,
    "PERCENT": None, "DURATION": None, "BYTES": None, "TOKEN": None, "ADDRESS:PORT": None,
    "SOURCE": "sources", "VERB": "verb",
}
# Of values that the help calls NAME, by the option; those of `forget` are configured no more.
NAMES = {"source": "sources", "output": "outputs", "action": "action", "credential": None}
NOT_CONFIGURED = {"forget"}

HELP_BREAK = re.compile(r"\n {20,}(?=\S)")  # a meaning that goes on in the next line
HELP_LINE = re.compile(r"^  (?:-(?P<letter>\w), +|    )?--(?P<name>[a-z][a-z-]*)(?: (?P<value>[A-Z][^ ]*))?  +(?P<meaning>.*)$",
                       re.MULTILINE)


@dataclasses.dataclass
class Option:
    name: str
    letter: str
    value: str  # what the help calls it; "" for none
    meaning: str
    kind: str | None
    is_optional: bool = False

    @property
    def wants_value(self):
        return bool(self.value) and not self.is_optional


@dataclasses.dataclass
class Verb:
    name: str
    meaning: str
    options: list
    places: list  # for each form, what stands behind the verb: ("word", text) or ("kind", what)


@dataclasses.dataclass
class Program:
    name: str
    options: list
    verbs: list


def printed(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def option_of(letter, name, value, meaning, verb=""):
    is_optional = value.startswith("[=")
    value = value.strip("[=]") if is_optional else value
    if value.startswith("NAME"):
        kind = None if verb in NOT_CONFIGURED else NAMES[name]
    else:
        kind = KINDS[value] if value else None
    return Option(name, letter, value, meaning, kind, is_optional)


def places_of(form):
    """`checkpoint set SOURCE TIME [--redeliver]`: the words up to the first option."""
    places = []
    for word in form.split()[1:]:
        if word.startswith(("-", "[")):
            break
        places.append(("kind", KINDS[word]) if word.isupper() else ("word", word))
    return places


def slackauditctl(print_verbs):
    general, verbs = [], []
    for line in printed(print_verbs).splitlines():
        what, *parts = line.split("\t")
        if what == "general":
            general.append(option_of(*parts))
        elif what == "verb":
            verbs.append(Verb(parts[0], "", [], []))
        elif what == "form":
            verbs[-1].meaning = verbs[-1].meaning or parts[1]
            verbs[-1].places.append(places_of(parts[0]))
        elif what == "option":
            verbs[-1].options.append(option_of("", *parts, verbs[-1].name))
    verbs.append(Verb("help", "print the help of a verb", [], [[("kind", "verb")]]))
    return Program("slackauditctl", general, verbs)


def plain_program(path):
    """A program that has options only."""
    text = HELP_BREAK.sub(" ", printed(path, "--help"))
    options = [option_of(found["letter"] or "", found["name"], found["value"] or "", found["meaning"])
               for found in HELP_LINE.finditer(text)]
    return Program(path.name, options, [])


def choices(print_choices):
    """The words of each kind; sources, outputs and files are not among them."""
    words = {"time": list(TIMES)}
    for line in printed(print_choices).splitlines():
        kind, word = line.split("\t")
        words.setdefault(kind, []).append(word)
    return words
