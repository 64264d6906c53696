"""The completions of fish: `text(program, words)`."""

HEAD = """\
# Completion of {program} for fish. Written by `ninja completions` from the tables of the program.
"""

ACTIONS = """\

# Several stand behind one another with commas between.
function __@_actions
    printf '%s\\n' @WORDS@
end
"""

HELPERS = """\

# The verb and the words behind it, without options and their values.
function __@_words
    set -l skip
    for word in (commandline -opc)[2..-1]
        if test -n "$skip"
            set skip
            continue
        end
        switch $word
            case @WITH_VALUE@
                set skip yes
            case '-0*' '-1*' '-2*' '-3*' '-4*' '-5*' '-6*' '-7*' '-8*' '-9*'
                printf '%s\\n' $word
            case '-*'
            case '*'
                printf '%s\\n' $word
        end
    end
end

# Whether the line has this verb, and, where they are given, so many words behind it and this as the first.
function __@_at
    set -l words (__@_words)
    test "$words[1]" = "$argv[1]"; or return
    test (count $argv) -lt 2; or test (count $words) = (math 1 + $argv[2]); or return
    test (count $argv) -lt 3; or test "$words[2]" = "$argv[3]"
end

# What the configuration on the line calls its sources or outputs; nothing where that cannot be told.
function __@_names
    set -l line (commandline -opc)
    set -l config
    set -l program (string replace -r '^~/' "$HOME/" -- $line[1])
    for place in (seq 2 (count $line))
        switch $line[$place]
            case -c --config
                set config $line[(math $place + 1)]
            case '--config=*'
                set config (string replace -- --config= '' $line[$place])
        end
    end
    if test -n "$config"
        $program --config (string replace -r '^~/' "$HOME/" -- $config) names $argv 2>/dev/null </dev/null
    else
        $program names $argv 2>/dev/null </dev/null
    end
end
"""


def function_of(program):
    return program.name.replace("-", "_")


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def value_of(function, kind, words):
    """The arguments of `complete` for a value of a kind."""
    if kind is None:
        return ["-x"]
    if kind == "file":
        return ["-r", "-F"]
    if kind in ("sources", "outputs"):
        return ["-x", "-a", f"'(__{function}_names {kind})'"]
    if kind == "action":
        return ["-x", "-a", f"'(__fish_complete_list , __{function}_actions)'"]
    return ["-x", "-a", quoted(" ".join(words[kind]))]


def option_line(program, option, condition, words):
    parts = ["complete", "-c", program.name]
    parts += ["-n", quoted(condition)] if condition else []
    parts += ["-s", option.letter] if option.letter else []
    parts += ["-l", option.name]
    parts += value_of(function_of(program), option.kind, words) if option.wants_value else []
    return " ".join([*parts, "-d", quoted(option.meaning)])


def word_line(program, condition, words, meaning):
    return f"complete -c {program.name} -n {quoted(condition)} -a {words} -d {quoted(meaning)}"


def place_lines(program, verb, words):
    """The words behind a verb, each once."""
    function = function_of(program)
    lines = []
    for places in verb.places:
        second = next((text for kind, text in places if kind == "word"), "")
        for count, (kind, text) in enumerate(places):
            if text is None:
                continue
            condition = f"__{function}_at {verb.name} {count}" + (f" {second}" if count > 0 and second else "")
            if kind == "word":
                lines.append(word_line(program, condition, text, verb.name))
            elif text in ("sources", "outputs"):
                lines.append(word_line(program, condition, f"'(__{function}_names {text})'", text))
            else:
                lines.append(word_line(program, condition, quoted(" ".join(words[text])), text))
    return list(dict.fromkeys(lines))


def with_value(program):
    options = program.options + [option for verb in program.verbs for option in verb.options]
    names = {name for option in options if option.wants_value for name in [f"--{option.name}", f"-{option.letter}"]
             if name != "-"}
    return " ".join(sorted(names))


def text(program, words):
    function = function_of(program)
    words = {**words, "verb": [verb.name for verb in program.verbs if verb.name != "help"]}
    lines = [f"complete -c {program.name} -f"]
    lines += [option_line(program, option, "", words) for option in program.options]
    for verb in program.verbs:
        lines += ["", word_line(program, f"__{function}_at ''", verb.name, verb.meaning), *place_lines(program, verb, words)]
        lines += [option_line(program, option, f"__{function}_at {verb.name}", words) for option in verb.options]
    helpers = HELPERS.replace("__@_", f"__{function}_").replace("@WITH_VALUE@", with_value(program)) if program.verbs else ""
    body = "\n".join(lines)
    if f"__{function}_actions" in body:
        helpers += ACTIONS.replace("__@_", f"__{function}_").replace("@WORDS@", " ".join(words["action"]))
    return HEAD.format(program=program.name) + helpers + "\n" + body + "\n"
