"""Goal 4: the page splitter beside json-c, both in strict mode, on one page of 9,999 entries."""

import re

GOAL = 1000000
LINE = re.compile(r"(?P<what>.*?) +pieces of +(?P<size>\d+) KiB: +(?P<entries>\d+) entries/s")


def measure(place, report):
    rates = {}
    for line in place.run_program([place.program("page")]).splitlines():
        found = LINE.match(line)
        rates[found["what"], int(found["size"])] = float(found["entries"])
    for (what, size), rate in rates.items():
        ours = what == "page splitter"
        report.row(f"{what}, pieces of {size} KiB", rate, "entries/s",
                   goal=GOAL if ours else None, least=True, number=4,
                   note=f"{rate / rates['json-c', size]:.1f} times json-c" if ours else "")
