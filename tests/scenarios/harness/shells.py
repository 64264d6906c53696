"""Shells that complete a line with the completions of the tree: what each of them offers."""

import os
import re
import subprocess

from .terminal import Terminal
from .waiting import until


class Shell:
    """`offers(line)` is the set of words that are offered for the last one of the line: options without
    the = behind them, files by their last part, of words behind commas the last one."""

    def __init__(self, bench, folder):
        self.bench = bench
        self.folder = folder
        binaries = bench.binaries.daemon.parent
        self.environment = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}", "HOME": str(bench.folder),
                            "XDG_CONFIG_HOME": str(bench.folder), "XDG_DATA_HOME": str(bench.folder), "LC_ALL": "C.UTF-8"}

    def run(self, *command):
        said = subprocess.run([*map(str, command)], env=self.environment, capture_output=True, text=True, timeout=60,
                              check=False, stdin=subprocess.DEVNULL)
        if said.returncode != 0 or said.stderr:
            raise AssertionError(f"{command[0]} says {said.returncode} {said.stderr!r}")
        return said.stdout


def plain(words):
    values = (re.sub(r"^--[a-z-]+=(?=.)", "", word) for word in words if word)
    return {os.path.basename(value.rstrip("/=")).split(",")[-1] for value in values}


class Bash(Shell):
    """The function of a program, called as bash calls it."""

    SCRIPT = """
        source "$1"; shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        "$(complete -p "${1##*/}" | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
        printf '%s\\n' "${COMPREPLY[@]}"
    """

    def offers(self, line):
        program = line.split()[0]
        words = re.findall(r"=|[^\s=]+", line) + ([""] if line[-1] == " " else [])
        return plain(self.run("bash", "--norc", "--noprofile", "-c", self.SCRIPT, "bash", self.folder / "bash" / program,
                              *words).splitlines())

    def check_syntax(self, program):
        self.run("bash", "-n", self.folder / "bash" / program)

    def interactive(self):
        """On a terminal, ready to be typed at."""
        sources = "; ".join(f"source {path}" for path in sorted((self.folder / "bash").iterdir()))
        rc = self.bench.folder / "bashrc"
        rc.write_text(f"{sources}\nPS1='ready> '\nbind 'set bell-style none'\nbind 'set show-all-if-ambiguous on'\n")
        return Terminal(self.bench, ["bash", "--rcfile", rc, "-i"], columns=160, rows=40, environment=self.environment)


class Fish(Shell):
    """fish tells by itself what it would offer."""

    def offers(self, line):
        program = line.split()[0]
        told = self.run("fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]",
                        self.folder / "fish" / f"{program}.fish", line)
        return plain(each.split("\t")[0] for each in told.splitlines())

    def check_syntax(self, program):
        self.run("fish", "--no-config", "-n", self.folder / "fish" / f"{program}.fish")


class Zsh(Shell):
    """A zsh on a terminal. A key has it complete what is typed, tell all that it offers, and forget the
    line: `compadd` is what every completion ends in."""

    SETUP = """
        PROMPT='ready> ' KEYTIMEOUT=1
        unsetopt beep list_beep
        fpath=({folder} $fpath)
        autoload -Uz compinit && compinit -u -D
        compadd() {{
            local -a found
            local word
            for word in "$@"; do
                [[ $word != (-|--) ]] || break
                if [[ $word == -[a-zA-Z]#[OAD] ]]; then
                    builtin compadd "$@"
                    return
                fi
            done
            builtin compadd -A found "$@"
            print -rl -- $found >> {capture}
            builtin compadd "$@"
        }}
        tell-completions() {{
            zle complete-word
            print -r -- '-- end' >> {capture}
            BUFFER= CURSOR=0
        }}
        zle -N tell-completions
        bindkey '^G' tell-completions
    """

    def __init__(self, bench, folder):
        super().__init__(bench, folder)
        self.capture = bench.folder / "zsh.capture"
        self.capture.touch()
        rc = bench.folder / "zdot"
        rc.mkdir()
        text = self.SETUP.format(folder=folder / "zsh", capture=self.capture)
        (rc / ".zshrc").write_text("setopt extendedglob\n" + text)
        self.terminal = Terminal(bench, ["zsh", "-d", "-i"], columns=160, rows=50,
                                 environment={**self.environment, "ZDOTDIR": str(rc)})
        self.terminal.wait("ready>", "zsh")

    def offers(self, line):
        os.truncate(self.capture, 0)
        self.terminal.type(line + "\x07")
        until(lambda: self.terminal.lines and "-- end\n" in self.capture.read_text(),
              lambda: f"what zsh offers for {line!r}:\n{self.terminal.text}")
        return plain(self.capture.read_text().replace("-- end\n", "").splitlines())

    def check_syntax(self, program):
        self.run("zsh", "-n", self.folder / "zsh" / f"_{program}")

    def interactive(self):
        return self.terminal
