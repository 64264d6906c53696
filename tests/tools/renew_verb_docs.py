"""Puts the tables of slackauditctl into its manual page: `renew_verb_docs.py PRINT_VERBS SLACKAUDITCTL
[--check]`. They stand there between two comments:

    .\\" BEGIN options of logs
    .\\" END

With --check nothing is written; the exit code says whether every verb and option has its entry in the
words of the program, the page tells of no other, and its exit codes and variables are those of the help."""

import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/man/slackauditctl.1"
MADE = re.compile(r'^\.\\" BEGIN (?P<what>.*)\n(?P<text>(?:.*\n)*?)\.\\" END\n', re.MULTILINE)
WIDTH = 78


class Verb:
    def __init__(self, name):
        self.name = name
        self.forms = []
        self.options = []


def read_tables(program):
    """The general options and the verbs, as print_verbs.c prints them."""
    general, verbs = [], []
    text = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        what, *parts = line.split("\t")
        if what == "general":
            general.append(parts)
        elif what == "verb":
            verbs.append(Verb(*parts))
        elif what == "form":
            verbs[-1].forms.append(parts)
        elif what == "option":
            verbs[-1].options.append(parts)
        else:
            raise ValueError(f"what is {line!r}?")
    return general, verbs


# ---- In the language of the page ----

def sentence(meaning):
    """A meaning as text of its own: a capital, a full stop, options marked, lines that are short."""
    text = meaning[0].upper() + meaning[1:] + "."
    text = re.sub(r"(?<!\w)--(?=\w)", r"\\-\\-", text.replace("\\", "\\e"))
    return [re.sub(r"^([.'])", r"\\&\1", line) for line in textwrap.wrap(text, WIDTH, break_on_hyphens=False)]


def marked(words):
    """`checkpoint set SOURCE TIME [--redeliver]` with its marks."""
    marks = []
    for word in re.findall(r"\[=[A-Z]+\]|\[|\](?:\.\.\.)?|\||[^\s\[\]|]+", words):
        if word.startswith("[="):
            marks.append(value_of(word).strip())
        elif word == "[":
            marks.append("Oo")
        elif word.startswith("]"):
            marks.append("Oc" + (" Ns ..." if word != "]" else ""))
        elif word == "|":
            marks.append("|")
        elif word.startswith("--"):
            marks.append(f"Fl -{word[2:]}")
        else:
            marks.append(f"Ar {word}" if word.isupper() else f"Cm {word}")
    return " ".join(marks)


def value_of(value):
    """A value that may be left out stands behind a =, in brackets that hold it to the name."""
    if value.startswith("[="):
        return f" Ns Oo = Ns Ar {value.strip('[=]')} Oc"
    return f" Ar {value}" if value else ""


def made_forms(verb):
    lines = [".Bl -tag -width Ds"]
    for words, meaning in verb.forms:
        lines += [f".It {marked(words)}", *sentence(meaning)]
    return [*lines, ".El"]


def made_options(verb):
    lines = [".Bl -tag -width Ds"]
    for name, value, meaning in verb.options:
        lines += [f".It Fl -{name}{value_of(value)}", *sentence(meaning)]
    return [*lines, ".El"]


def made_general(general):
    lines = [".Bl -tag -width Ds"]
    for letter, name, value, meaning in general:
        lines += [f".It Fl {letter}{value_of(value)} , Fl -{name}{value_of(value)}", *sentence(meaning)]
    return [*lines, ".El"]


def parts(general, verbs):
    """All that is made, by what it is called."""
    made = {"general options": made_general(general)}
    for verb in verbs:
        made[f"forms of {verb.name}"] = made_forms(verb)
        if verb.options:
            made[f"options of {verb.name}"] = made_options(verb)
    return made


def renewed(page, made):
    def put(found):
        lines = made.get(found["what"])
        return found[0] if lines is None else "\n".join([f'.\\" BEGIN {found["what"]}', *lines, '.\\" END', ""])
    return MADE.sub(put, page)


# ---- Checks ----

def check_parts(page, made, problems):
    has = [found["what"] for found in MADE.finditer(page)]
    problems += [f"it lacks the {what}" for what in made if what not in has]
    problems += [f"it has the {what}, which the program has not" for what in has if what not in made]
    problems += [f"it has the {what} twice" for what in set(has) if has.count(what) > 1]
    if not problems and renewed(page, made) != page:
        problems.append("the tables of the program have changed: run `ninja verb-docs`")


def check_by_hand(page, general, verbs, problems):
    """Nor does what a person wrote speak of verbs and options that there are not."""
    text = MADE.sub("", page)
    options = {option[0] for verb in verbs for option in verb.options} | {one[1] for one in general}
    problems += [f"there is no --{name}" for name in sorted(set(re.findall(r"\bFl -([a-z][a-z-]*)", text)) - options)]
    names = {verb.name for verb in verbs}
    headings = re.findall(r"^\.Ss ([a-z]+)$", text, re.MULTILINE)
    problems += [f"there is no verb {name}" for name in headings if name not in names]
    problems += [f"the verb {name} has no heading" for name in sorted(names - set(headings))]


def check_help(page, program, problems):
    """The exit codes and the variables are those that the help tells of."""
    told = subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout
    wanted = set(re.findall(r"(\d+) ", told[told.index("Exit codes:"):]))
    section = re.search(r"^\.Sh EXIT STATUS\n((?:.*\n)*?)^\.Sh ", page, re.MULTILINE)[1]
    has = set(re.findall(r"^\.It (\d+)$", section, re.MULTILINE))
    if has != wanted or len(has) < 5:
        problems.append(f"its exit codes are {sorted(has)}, those of the help {sorted(wanted)}")
    told = subprocess.run([program, "logs", "--help"], check=True, capture_output=True, text=True).stdout
    problems += [f"it does not tell of {name}" for name in set(re.findall(r"\b[A-Z]+_[A-Z]+\b", told))
                 if not re.search(rf"^\.It Ev .*\b{name}\b", page, re.MULTILINE)]


def main():
    tables, program, check = sys.argv[1], sys.argv[2], "--check" in sys.argv
    general, verbs = read_tables(tables)
    page, made, problems = PAGE.read_text(encoding="utf-8"), parts(general, verbs), []
    if not check:
        PAGE.write_text(renewed(page, made), encoding="utf-8")
        return 0
    check_parts(page, made, problems)
    check_by_hand(page, general, verbs, problems)
    check_help(page, program, problems)
    for problem in problems:
        print(f"slackauditctl.1: {problem}")
    print(f"{len(verbs)} verbs, {sum(len(verb.options) for verb in verbs)} options, {len(problems)} problems")
    return 1 if problems or not verbs else 0


if __name__ == "__main__":
    sys.exit(main())
