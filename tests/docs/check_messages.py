"""docs/troubleshooting.md quotes messages that the programs have, and tells of every warning and error of the log, all that
configuration, secrets and slackauditctl refuse, every exit code, every name of an error and every way in which a call can
fail."""

import re
import sys

from documents import TREE, end, read, rows, spans

DOCUMENT = TREE / "docs/troubleshooting.md"
LITERAL = r'"(?:[^"\\]|\\.)*"'
CHAIN = re.compile(rf"{LITERAL}(?:\s*(?:PRI\w+\s*)?{LITERAL})*(?:\s*PRI\w+)?")
CALL = re.compile(r"\blog_(?:warning|error)\((?:[^\";]|\n)*?(?=\")")
REFUSERS = (r"error_set(?:_errno)?", r"schema_problem(?:_at)?", "config_problems_add", r"refuse(?:_feature)?", "print_complaint",
            "problem_in")
REFUSAL = re.compile(rf"\b(?:{'|'.join(REFUSERS)})\((?:[^\";]|\n)*?(?=\")")
EVERYWHERE = ("src/config/", "src/ctl/", "src/daemon/verbs", "src/daemon/control_ask.c", "src/format/", "src/sys/secret.c")
"""Where whatever is refused is told to a person who asked for it."""
CONVERSION = re.compile(r"%[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z|j)?[a-zA-Z]|%(?=\0)")
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
EDGES = " :;,.()\n\"-"
SHORTEST, DISTINCT, BEGINNING = 4, 12, 24


def strip_comments(text):
    return re.sub(rf"({LITERAL})|/\*.*?\*/|//[^\n]*", lambda found: found[1] or " ", text, flags=re.DOTALL)


def fixed_parts(chain):
    """What of the adjacent literals is the same in every message."""
    text = re.sub(rf"PRI\w+", "\0", re.sub(r'"((?:[^"\\]|\\.)*)"\s*', r"\1", chain))
    text = re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), CONVERSION.sub("\0", text))
    return [part for part in text.split("\0") if part]


def sources():
    for path in sorted((TREE / "src").rglob("*.c")):
        if "simulator" not in path.parts:
            yield path, strip_comments(path.read_text(encoding="utf-8"))


def is_said(part, known, wholes):
    """It stands in one text, or is one whole text behind another: a name put in where a path may stand."""
    words = part.split(" ")
    return part in known or any({" ".join(words[:at]), " ".join(words[at:])} <= wholes for at in range(1, len(words)))


def check_quoted(problems):
    """Every fixed part of every quoted message stands in the sources."""
    texts = [part for _, text in sources() for chain in CHAIN.findall(text) for part in fixed_parts(chain)]
    known, wholes = "\n".join(texts), {text.strip(EDGES) for text in texts}
    quoted = [message for cells in rows(read(DOCUMENT), "message") for message in spans(cells[0])]
    for message in quoted:
        parts = [part.strip(EDGES) for part in re.split("…|NAME|FILE", message)]
        parts = [part for part in parts if len(part) >= SHORTEST]
        if not parts:
            problems.append(f"too little to find: {message}")
        problems += [f"no program says {part!r}, of {message!r}" for part in parts if not is_said(part, known, wholes)]
    return quoted


def check_told(problems, quoted):
    """Quoted is every warning and error of the log, but for those that only pass on what something else said, and whatever
    is said to a person who asked for something."""
    told = "\n".join(quoted) + read(DOCUMENT)
    counted = 0
    for path, text in sources():
        name = str(path.relative_to(TREE))
        calls = [*CALL.finditer(text), *(REFUSAL.finditer(text) if name.startswith(EVERYWHERE) else ())]
        for call in calls:
            parts = [part.strip(EDGES) for part in fixed_parts(CHAIN.match(text, call.end())[0])]
            parts = [part for part in parts if len(part) >= SHORTEST and " " in part]
            if not parts or parts[0].startswith("no memory"):
                continue
            counted += 1
            # A message may be quoted in short: the beginning of a part that tells it from others.
            least = min(DISTINCT, max(map(len, parts)))
            if not any(part[:BEGINNING].strip() in told for part in parts if len(part) >= least):
                problems.append(f"{name} may say {parts}: the document has no such message")
    return counted


def named(problems, header, wanted, what):
    """The table with this header has a row for each."""
    told = {name for cells in rows(read(DOCUMENT), header) for name in spans(cells[0]) or [cells[0]]}
    problems += [f"no row for {what} {one}" for one in sorted(wanted - told)]
    return told


def check_names(problems):
    daemon = (TREE / "src/daemon/daemon.h").read_text(encoding="utf-8")
    ctl = "".join(path.read_text(encoding="utf-8") for path in (TREE / "src/ctl").glob("*.h"))
    exits = {code for text in (daemon, ctl) for code in re.findall(r"\b(?:DAEMON|CTL)_EXIT_\w+ = (\d+)", text)}
    told = named(problems, "exit", exits, "the exit code")
    problems += [f"a row for the exit code {code}, which no program has" for code in sorted(told - exits)]
    error = (TREE / "src/base/error.c").read_text(encoding="utf-8")
    words = set(re.findall(r'return "(\w+)";', error))
    message = (TREE / "src/sys/http_message.c").read_text(encoding="utf-8")
    ways = set(re.findall(r'return "(\w+)";', message[message.index("http_failure_name"):])) - {"ok"}
    words_told = named(problems, "word", words | ways, "the word")
    problems += [f"a row for the word {word}, which no program says" for word in sorted(words_told - words - ways)]
    failure = (TREE / "src/source/walker_failure.c").read_text(encoding="utf-8")
    refusals = set(re.findall(r'^    \{"(\w+)", "', failure, re.MULTILINE))
    named(problems, "name", refusals, "Slack's error")
    return len(exits) + len(words) + len(ways) + len(refusals)


def main():
    problems = []
    quoted = check_quoted(problems)
    logged = check_told(problems, quoted)
    names = check_names(problems)
    told = f"{len(quoted)} messages, {logged} in the sources, {names} names"
    return end(problems, told, min(len(quoted), logged, names), 30)


if __name__ == "__main__":
    sys.exit(main())
