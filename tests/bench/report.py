"""The rows of a run: printed as they come, and kept for machines."""

import json
import statistics

WIDTH = 50


class Row:
    """One figure. `runs` are the single measurements whose median it is, or with `worst=True` the
    greatest, where a goal is about the most that ever is; `ratio` is what is judged where a goal is
    about a ratio; `goal` is the most (or with `least=True` the least) that meets it."""

    def __init__(self, what, runs, unit, ratio=None, goal=None, least=False, worst=False,
                 number=None, note=""):
        runs = list(runs) if isinstance(runs, (list, tuple)) else [runs]
        self.what = what
        self.figure = max(runs) if worst else statistics.median(runs)
        self.runs = runs
        self.unit = unit
        self.ratio = ratio
        self.goal = goal
        self.least = least
        self.number = number
        self.note = note

    @property
    def judged(self):
        return self.figure if self.ratio is None else self.ratio

    @property
    def meets(self):
        """None where there is no goal."""
        if self.goal is None:
            return None
        return self.judged >= self.goal if self.least else self.judged <= self.goal

    def text(self):
        words = [f"{self.what:{WIDTH}} {shown(self.figure):>9} {self.unit:14}"]
        spread = f"{shown(min(self.runs))} to {shown(max(self.runs))}" if len(self.runs) > 1 else ""
        words.append(f"{spread:18}")
        words.append(f"{self.ratio:6.2f}" if self.ratio is not None else " " * 6)
        if self.goal is not None:
            words.append(f"goal {self.number}: {'meets' if self.meets else 'OVER '}"
                         f" {'>=' if self.least else '<='} {shown(self.goal)}")
        if self.note:
            words.append(f"({self.note})")
        return " ".join(words).rstrip()

    def machine(self):
        return {"what": self.what, "goal": self.number, "figure": self.figure, "unit": self.unit,
                "runs": self.runs, "ratio": self.ratio, "limit": self.goal,
                "limit_is": "least" if self.least else "most", "meets": self.meets,
                "note": self.note}


def shown(figure):
    """A number with about three digits that count."""
    if figure == 0:
        return "0"
    if abs(figure) >= 100000:
        return f"{figure:,.0f}"
    digits = 4 if abs(figure) < 0.1 else 2 if abs(figure) < 10 else 1 if abs(figure) < 1000 else 0
    return f"{figure:.{digits}f}"


class Earlier:
    """The rows of an earlier run, as Report.write wrote them."""

    def __init__(self, path):
        rows = [] if path is None else json.loads(path.read_text())["rows"]
        self.figures = {(row["part"], row["what"]): row["figure"] for row in rows}

    def change(self, part, row):
        """By how much the row's figure differs, in words; nothing when it was not measured."""
        before = self.figures.get((part, row.what))
        if not before:
            return ""
        return f"{100 * (row.figure / before - 1):+.1f}% beside {shown(before)}"


class Report:
    def __init__(self, earlier):
        self.earlier = earlier
        self.rows = []
        self.part = None

    def begin(self, part, title):
        if self.part is None:
            print(f"\n{'':{WIDTH + 2}} {'median':>9} {'':14} {'least to most':18}  ratio goal")
        self.part = part
        print(f"\n{part}: {title}", flush=True)

    def row(self, *arguments, **keys):
        """Prints and keeps a row; returns it."""
        row = Row(*arguments, **keys)
        row.note = "; ".join(filter(None, (self.earlier.change(self.part, row), row.note)))
        self.rows.append((self.part, row))
        print("  " + row.text(), flush=True)
        return row

    def over(self):
        """What does not meet its goal."""
        return [row for _, row in self.rows if row.meets is False]

    def write(self, path, about):
        rows = [{"part": part, **row.machine()} for part, row in self.rows]
        path.write_text(json.dumps({**about, "rows": rows}, indent=1) + "\n")
