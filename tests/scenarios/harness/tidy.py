"""What is looked at after every scenario, whatever it was about."""

import re

from .failure import check, same
from .process import tail

BROKEN = re.compile(
    rb"AddressSanitizer|LeakSanitizer|runtime error:|Assertion .* failed|stack smashing|\bBUG\b")


def check_log(daemon):
    """No memory error, no undefined behaviour, no broken assertion."""
    for path in (daemon.log, daemon.output):
        if path.exists():
            found = BROKEN.search(path.read_bytes())
            check(found is None, f"{path.name} of {daemon.name} reports a fault of the program:\n"
                  + (tail(path, 60) if found else ""))


def check_secrets(daemon, secrets):
    """No secret stands in a log, in the dump of the configuration or in the state directory."""
    for path in files_of(daemon):
        content = path.read_bytes()
        for secret in secrets:
            check(secret.encode() not in content, f"a secret stands in {path}")
    code, out, error = daemon.dump()
    if code == 78:
        return  # a configuration that is wrong on purpose
    same(code, 0, f"-T of {daemon.name} ({error.decode(errors='replace').strip()}): exit code")
    for secret in secrets:
        check(secret.encode() not in out + error, "a secret stands in the output of -T")


def files_of(daemon):
    yield from (path for path in (daemon.log, daemon.output) if path.exists())
    yield from (path for path in daemon.state.rglob("*") if path.is_file())
