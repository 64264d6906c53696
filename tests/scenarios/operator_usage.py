"""A command line that is wrong is refused with exit code 64, and the words say which part of it and what
may have been meant; the help of every verb and of the command goes to standard output."""

from harness import run
from harness.command import slackauditctl
from harness.failure import check, same

WRONG = {
    (): "no verb",
    ("lgos",): 'unknown verb "lgos": did you mean "logs"?',
    ("frobnicate",): 'unknown verb "frobnicate" (',
    ("--strange",): "there is no option --strange\n",
    ("--limit", "5", "logs"): "--limit belongs to a verb: it stands behind it",
    ("logs", "--limt", "5"): "there is no option --limt: did you mean --limit?",
    ("logs", "--l", "5"): "--l could be --latest or --limit",
    ("logs", "--limit"): "--limit wants a value",
    ("logs", "--all=3"): "--all takes no value",
    ("logs", "-jx"): "there is no option -x",
    ("-c",): "-c wants a value",
    ("logs", "more"): "logs takes options only",
    ("status", "more"): "`slackauditctl status [--watch[=SECONDS]]`",
    ("test",): "`slackauditctl test --source NAME` or `slackauditctl test --output NAME`",
    ("retry",): "`slackauditctl retry explain [--source NAME | --output NAME]`",
    ("forget", "--source", "a", "--output", "b"): "`slackauditctl forget --source NAME | --output",
    ("checkpoint", "set", "acme"): "`slackauditctl checkpoint set SOURCE TIME [--redeliver]`",
    ("checkpoint", "set", "acme", "-1y"): '"-1y" is not a time',
    ("logs", "--oldest", "2026-11-20"): "2026-11-22T02:15:15Z",
}
VERBS = ("status", "health", "reload", "checkpoint", "forget", "logs", "schemas", "actions", "test",
         "retry", "names", "verify", "backfill", "deadletter")


def scenario(bench):
    for words, told in WRONG.items():
        said = slackauditctl(bench, *words)
        check(said.code == 64 and told in said.error and not said.out,
              f"{words}: {said.code} {said.text}")
        if said.error.count("\n") > 1:
            verb = f" {words[0]}" if words and words[0] in VERBS else ""
            same(said.error.splitlines()[1], f"Try 'slackauditctl{verb} --help'.", f"{words}: a hint")
    whole = slackauditctl(bench, "--help")
    same((whole.code, whole.error), (0, ""), "the help")
    for verb in VERBS:
        said = slackauditctl(bench, verb, "--help")
        text = said.out.decode()
        same((said.code, said.error), (0, ""), f"the help of {verb}")
        same(slackauditctl(bench, "help", verb).out, said.out, f"help {verb}")
        check(text.startswith(f"Usage: slackauditctl {verb}"), text)
        check(f"\n  {verb}" in whole.out.decode(), f"the help does not list {verb}")
        check(max(map(len, text.splitlines())) <= 80, f"a line of the help of {verb} is too long")
    longest = max(whole.out.decode().splitlines(), key=len)
    check(len(longest) <= 80, f"too long for a terminal: {longest}")


run(scenario)
