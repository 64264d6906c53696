"""How a scenario ends early: it failed, or it cannot be run on this machine."""


class Failure(AssertionError):
    """Something that must hold does not."""


class Skip(Exception):
    """The machine lacks what the scenario needs; the text says what."""


def check(holds, text):
    """Fails with the text unless `holds`."""
    if not holds:
        raise Failure(text)


def same(found, wanted, what):
    """Fails unless the two are equal."""
    if found != wanted:
        raise Failure(f"{what}: found {found!r}, wanted {wanted!r}")
