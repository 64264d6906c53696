"""Goal 3: what an id costs in the seen-set, at the worst moment of filling and of forgetting."""

GOAL = 24.0


def measure(place, report):
    for line in place.run_program([place.program("seen")]).splitlines():
        what, ids, worst = line.split()
        report.row(f"an id of the seen-set, worst while {what}", float(worst), "bytes", goal=GOAL,
                   number=3, note=f"{int(ids):,} ids")
