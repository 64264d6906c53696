"""The completions of zsh: `text(program, words)`, for a folder of $fpath."""

import re
import textwrap

HEAD = """\
#compdef {program}
# Completion of {program} for zsh. Written by `ninja completions` from the tables of the program.
"""

NAMES = """\

# What the configuration on the line calls its sources or outputs, as the last argument says; nothing where
# that cannot be told.
{function}_names()
{
    local kind=$argv[-1]
    local file=${(Q)opt_args[--config]:-${(Q)opt_args[-c]:-$config}}
    local -a names
    names=(${(f)"$($program ${file:+--config} ${file:+${file/#\\~\\//$HOME/}} names $kind 2> /dev/null < /dev/null)"})
    _wanted $kind expl $kind compadd -a names
}
"""

# The words of a kind, each in a function of its own.
WORDS = """\

{function}_{kind}()
{
    local -a words_of_kind=(
{words}
    )
    {add}
}
"""
ADD = "_wanted {kind} expl {kind} compadd -a words_of_kind"
ADD_BEGUN = "_wanted {kind} expl {kind} compadd -S '' -a words_of_kind"
ADD_LISTED = "_sequence _wanted {kind} expl {kind} compadd -a words_of_kind"

PROGRAM = """\

{function}()
{{
    local context state state_descr line config expl ret=1
    local program=${{${{(Q)words[1]}}/#\\~\\//$HOME/}}
    local -A opt_args
    local -a general=(
{general}
    )
"""

VERBS = """\
    local -a verbs=(
{verbs}
    )
    _arguments -C -A '-*' $general '1: :->verb' '*:: :->words' && ret=0
    config=${{(Q)opt_args[--config]:-${{(Q)opt_args[-c]}}}}
    case $state in
        verb) _describe -t verbs verb verbs && ret=0 ;;
        words)
            case $words[1] in
{cases}
            esac
            ;;
    esac
    return ret
}}
"""


def function_of(program):
    return "_" + program.name.replace("-", "_")


def plain(meaning):
    """A meaning without what the specifications of zsh have a use for."""
    return re.sub(r"['\\`$]", "", meaning.translate(str.maketrans("[]:", "(),")))


def action_of(function, kind):
    if kind is None:
        return " "
    if kind == "file":
        return "_files"
    if kind in ("sources", "outputs"):
        return f"{function}_names {kind}"
    return f"{function}_{kind}"


def option_specs(function, option):
    """One option as _arguments wants it, in as many words as it has names."""
    value = f":{option.value.replace(':', ' ')}:{action_of(function, option.kind)}" if option.value else ""
    meaning = f"[{plain(option.meaning)}]"
    if option.is_optional:
        return [f"--{option.name}=-{meaning}:{value}"]
    long = f"--{option.name}" + ("=" if option.value else "")
    if not option.letter:
        return [f"*{long}{meaning}{value}" if option.value else f"{long}{meaning}{value}"]
    both = f"(-{option.letter} --{option.name})"
    return [f"{both}-{option.letter}{'+' if option.value else ''}{meaning}{value}", f"{both}{long}{meaning}{value}"]


def quoted(specs, indent):
    return "\n".join(" " * indent + f"'{spec}'" for spec in specs)


def word_specs(function, verb):
    """The words behind a verb. Forms share their first words, so that each place has one action."""
    specs = []
    depth = max((len(places) for places in verb.places), default=0)
    for count in range(depth):
        at = [places[count] for places in verb.places if len(places) > count]
        texts = [text for kind, text in at if kind == "word"]
        kinds = [text for kind, text in at if kind == "kind"]
        specs.append(f"{count + 1}: :({' '.join(texts)})" if texts else f"{count + 1}: :{action_of(function, kinds[0])}")
    return specs


def verb_case(function, verb):
    specs = word_specs(function, verb) + [spec for option in verb.options for spec in option_specs(function, option)]
    lines = [f"                {verb.name})", "                    _arguments $general \\"]
    lines += [f"                        '{spec}' \\" for spec in specs]
    lines[-1] = lines[-1].removesuffix(" \\")
    return "\n".join([*lines[:-1], lines[-1] + " && ret=0", "                    ;;"])


def kind_functions(function, words, text):
    for kind, of_kind in words.items():
        if f"{function}_{kind}" not in text:
            continue
        add = {"action": ADD_LISTED, "fault": ADD_BEGUN, "odd": ADD_BEGUN}.get(kind, ADD).format(kind=kind)
        shown = textwrap.indent(textwrap.fill(" ".join(of_kind), 96, break_on_hyphens=False), " " * 8)
        made = WORDS.replace("{function}", function).replace("{kind}", kind).replace("{words}", shown)
        yield made.replace("{add}", add)


def text(program, words):
    function = function_of(program)
    words = {**words, "verb": [verb.name for verb in program.verbs if verb.name != "help"]}
    general = [spec for option in program.options for spec in option_specs(function, option)]
    body = PROGRAM.format(function=function, general=quoted(general, 8))
    if program.verbs:
        verbs = quoted([f"{verb.name}:{plain(verb.meaning)}" for verb in program.verbs], 8)
        body += VERBS.format(verbs=verbs, cases="\n".join(verb_case(function, verb) for verb in program.verbs))
    else:
        body += "    _arguments $general\n}\n"
    names = NAMES.replace("{function}", function) if f"{function}_names" in body else ""
    return (HEAD.format(program=program.name) + names + "".join(kind_functions(function, words, body)) + body
            + f'\n{function} "$@"\n')
