"""Goal 4: the page splitter beside json-c, both in strict mode, on one page of 9,999 entries."""

import statistics

GOAL = 1000000


def measure(place, report):
    rates = {}
    for line in place.run_program([place.program("page")]).splitlines():
        what, _, figures = line.partition(":")
        rates[what] = [float(figure) for figure in figures.split()]
    for what, runs in rates.items():
        ours, _, size = what.partition(", ")
        note = ""
        if ours == "page splitter":
            # json-c's memory is given back in some rounds for others too, so its best one counts.
            times = statistics.median(runs) / max(rates[f"json-c, {size}"])
            note = f"{times:.1f} times json-c's best"
        report.row(what, runs, "entries/s", goal=GOAL if note else None, least=True, number=4,
                   note=note)
