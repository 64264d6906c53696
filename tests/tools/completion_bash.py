"""The completions of bash: `text(program, words)`. They need nothing but bash 4; the package
bash-completion finds them by the name of the program."""

import textwrap

HEAD = """\
# Completion of {program} for bash. Written by `ninja completions` from the tables of the program.
"""

# Bash hands over `--name=value` in three words, where = parts words.
BEGIN = """\

{function}()
{{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}} has_sign=
    COMPREPLY=()
    if [[ $cur == = ]]; then
        cur= has_sign=yes
    elif [[ $prev == = && COMP_CWORD -gt 2 ]]; then
        prev=${{COMP_WORDS[COMP_CWORD - 2]}} has_sign=yes
    fi
"""

FILES = """\
{function}_files()
{
    compopt -o filenames 2> /dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
}
"""

WORDS = """\
{function}_words()
{
    mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}
"""

LISTED = """\
# Words behind commas: only the last one is completed.
{function}_listed()
{
    local before=
    [[ $1 != *,* ]] || before=${1%,*},
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$2" -- "${1##*,}")
    compopt -o nospace 2> /dev/null
}
"""

# A word behind which more has to be written.
BEGUN = """\
{function}_begun()
{
    {function}_words "$1" "$2"
    compopt -o nospace 2> /dev/null
}
"""

NAMES = """\
# What the configuration on the line calls its sources or outputs; nothing where that cannot be told.
{function}_names()
{
    local place config=()
    for ((place = 1; place < COMP_CWORD; place++)); do
        case ${COMP_WORDS[place]} in
            -c | --config)
                ((place++))
                [[ ${COMP_WORDS[place]} != = ]] || ((place++))
                config=(--config "${COMP_WORDS[place]/#~\\//$HOME/}")
                ;;
        esac
    done
    # Not by compgen, which would run commands that stand in a word.
    local name
    while IFS= read -r name; do
        [[ $name != "$1"* ]] || COMPREPLY+=("$name")
    done < <("${COMP_WORDS[0]/#~\\//$HOME/}" "${config[@]}" names "$2" 2> /dev/null < /dev/null)
}
"""

# Leaves the verb and the count of words behind it, without options and their values.
PLACES = """\
{function}_place()
{
    local place word skip=
    verb= second= count=0
    for ((place = 1; place < COMP_CWORD; place++)); do
        word=${COMP_WORDS[place]}
        if [[ $word == = ]]; then
            ((place++)) # and its value
            skip=
        elif [[ -n $skip ]]; then
            skip=
        elif [[ $word == @(@WITH_VALUE@) ]]; then
            [[ ${COMP_WORDS[place + 1]} == = ]] || skip=yes
        elif [[ $word != -[!0-9]* ]]; then
            if [[ -z $verb ]]; then
                verb=$word
            else
                [[ -n $second ]] || second=$word
                ((count++))
            fi
        fi
    done
}
"""


def function_of(program):
    return "_" + program.name.replace("-", "_")


def names_of(option):
    """As they stand on a line."""
    return ([f"-{option.letter}"] if option.letter else []) + [f"--{option.name}"]


def completed(function, kind, words):
    """The statement that completes a value of a kind."""
    if kind is None:
        return ":"
    if kind == "file":
        return f'{function}_files "$cur"'
    if kind in ("sources", "outputs"):
        return f'{function}_names "$cur" {kind}'
    helper = {"action": "listed", "fault": "begun", "odd": "begun"}.get(kind, "words")
    return f'{function}_{helper} "$cur" "{wrapped(words[kind])}"'


def wrapped(words):
    return textwrap.fill(" ".join(words), 96, break_long_words=False, break_on_hyphens=False).replace("\n", "\n" + " " * 16)


def value_cases(function, options, words, verb=""):
    """One for each kind of value among the options, whose name stands before the cursor."""
    by_kind = {}
    for option in options:
        if option.wants_value:
            by_kind.setdefault(option.kind, []).extend(names_of(option))
    prefix = f"{verb}:" if verb else ""
    for kind, names in by_kind.items():
        yield f"        {' | '.join(prefix + name for name in names)})\n            {completed(function, kind, words)}\n            return ;;\n"


def long_names(options):
    return " ".join(f"--{option.name}" for option in options)


def with_value(program):
    options = program.options + [option for verb in program.verbs for option in verb.options]
    return "|".join(sorted({name for option in options if option.wants_value for name in names_of(option)}))


def helpers(function, text):
    """Those that the text uses, each with those that it uses itself."""
    made = []
    for name, helper in (("begun", BEGUN), ("names", NAMES), ("listed", LISTED), ("files", FILES), ("words", WORDS)):
        if f"{function}_{name}" in text:
            helper = helper.replace("{function}", function)
            made.insert(0, helper)
            text += helper
    return "\n" + "\n".join(made)


def place_cases(function, program, words):
    """The words behind a verb: by the verb, how many there are already, and the first of them."""
    cases = {}
    for verb in program.verbs:
        for places in verb.places:
            second = next((text for kind, text in places if kind == "word"), "")
            for count, (kind, text) in enumerate(places):
                key = f"{verb.name}:{count}:{second if count > 0 else ''}"
                if kind == "word":
                    cases.setdefault(key, []).append(text)
                else:
                    cases[key] = text
    for key, what in cases.items():
        if isinstance(what, list):
            done = f'{function}_words "$cur" "{" ".join(what)}"'
        else:
            done = completed(function, what, words)
        yield f"        {key}) {done} ;;\n"


def verbs_text(program, words):
    function = function_of(program)
    words = {**words, "verb": [verb.name for verb in program.verbs if verb.name != "help"]}
    lines = ["    local verb second count\n", f"    {function}_place\n", "    case $prev in\n",
             *value_cases(function, program.options, words), "    esac\n", "    case $verb:$prev in\n"]
    for verb in program.verbs:
        lines += value_cases(function, verb.options, words, verb.name)
    lines += ["    esac\n", "    [[ -z $has_sign ]] || return\n", "    if [[ $cur == -* ]]; then\n",
              f'        local options="{long_names(program.options)}"\n', "        case $verb in\n"]
    lines += [f'            {verb.name}) options+=" {long_names(verb.options)}" ;;\n' for verb in program.verbs if verb.options]
    lines += ["        esac\n", f'        {function}_words "$cur" "$options"\n', "        return\n", "    fi\n",
              "    case $verb:$count:$second in\n",
              f'        :*) {function}_words "$cur" "{" ".join(verb.name for verb in program.verbs)}" ;;\n',
              *place_cases(function, program, words), "    esac\n"]
    return "".join(lines)


def options_text(program, words):
    function = function_of(program)
    return "".join(["    case $prev in\n", *value_cases(function, program.options, words), "    esac\n",
                    "    [[ -z $has_sign ]] || return\n",
                    f'    {function}_words "$cur" "{wrapped(long_names(program.options).split())}"\n'])


def text(program, words):
    function = function_of(program)
    body = BEGIN.format(function=function)
    body += verbs_text(program, words) if program.verbs else options_text(program, words)
    places = PLACES.replace("{function}", function).replace("@WITH_VALUE@", with_value(program)) if program.verbs else ""
    return (HEAD.format(program=program.name) + helpers(function, body) + ("\n" + places if places else "")
            + body + f"}}\n\ncomplete -F {function} {program.name}\n")
