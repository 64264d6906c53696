"""Compares what arrived with what the API had to show. An entry is its bytes, nothing else."""

import collections
import json

from .failure import Failure, check

SHOWN = 3
"""So many of each kind of difference are shown."""


def shown(entries):
    return "\n".join("    " + entry[:300].decode("utf-8", "replace") for entry in entries[:SHOWN])


def complete(found, expected, what="the receiver"):
    """Every expected entry is there, and nothing that is not expected. Returns how many entries
    came more than once."""
    counts = collections.Counter(found)
    missing = [entry for entry in expected if entry not in counts]
    wanted = set(expected)
    strange = [entry for entry in counts if entry not in wanted]
    if missing or strange:
        raise Failure(f"{what}: of {len(expected)} entries {len(missing)} are missing and "
                      f"{len(strange)} are none of them\n  missing:\n{shown(missing)}\n"
                      f"  strange:\n{shown(strange)}")
    return len(found) - len(counts)


def exactly_once(found, expected, what="the receiver"):
    """Every expected entry is there once, and nothing else."""
    repeats = complete(found, expected, what)
    if repeats:
        twice = [entry for entry, count in collections.Counter(found).items() if count > 1]
        raise Failure(f"{what}: {repeats} entries came again\n{shown(twice)}")


def batches_again(batches):
    """How many of the requests had an entry that an earlier one had."""
    seen, again = set(), 0
    for batch in batches:
        again += any(entry in seen for entry in batch)
        seen.update(batch)
    return again


def arrived(found, shown):
    """Those of the shown entries that are among the found, in the API's order: what to expect of a
    receiver while the API goes on making entries. That enough of them came, the caller has seen."""
    came = set(found)
    return [entry for entry in shown if entry in came]


def ascending(lines, what="the file"):
    """date_create never goes back from one line to the next. A line without one is passed over."""
    last = 0
    for number, line in enumerate(lines, 1):
        entry = json.loads(line)
        date = entry.get("date_create") if isinstance(entry, dict) else None
        if date is None:
            continue
        if date < last:
            raise Failure(f"{what}: line {number} goes back from {last} to {date}")
        last = date


def same_order(found, expected, what="the receiver"):
    """Exactly the expected entries, in exactly their order."""
    exactly_once(found, expected, what)
    for number, (here, there) in enumerate(zip(found, expected), 1):
        check(here == there, f"{what}: entry {number} stands out of order\n{shown([here, there])}")


def repeats_at_most(found, expected, most, what="the receiver"):
    """Complete, and at most so many entries came again."""
    repeats = complete(found, expected, what)
    check(repeats <= most, f"{what}: {repeats} entries came again, at most {most} may")
    return repeats
