"""Goal 3: the cost an entry stays the same, whatever the number of entries and of sources. Judged
is the dearest beside the cheapest."""

from harness.failure import check

from . import machine, settings
from .job import History, Job, run_in_turn

GOAL = 1.10
SIZES = (100000, 300000, 1000000)
BIG_SIZE = 10000000
BYTES_AN_ENTRY = 1000  # in the file, and for a moment in the store
SOURCES = (1, 10, 100)


def judge(report, what, runs, names):
    """A row for each, and one for the ratio."""
    figures = {}
    for name, measured in runs.items():
        peak = max(run.peak for run in measured)
        row = report.row(names(name), [run.cpu for run in measured], "us an entry",
                         note=f"peak {peak:.1f} MiB")
        figures[name] = row.figure
    report.row(what, max(figures.values()) / min(figures.values()), "dear to cheap", goal=GOAL,
               number=3)


def by_entries(place, report):
    jobs = {}
    sizes = SIZES + ((BIG_SIZE,) if settings.BIG else ())
    for size in sizes:
        history = History(place, size, name=f"api-{size}")
        jobs[size] = lambda history=history: Job(history, ["file"]).run()
    jobs[sizes[0]]()  # the first touch of the simulator
    runs = run_in_turn({size: jobs[size] for size in SIZES}, settings.RUNS)
    if settings.BIG:
        runs.update(run_in_turn({BIG_SIZE: jobs[BIG_SIZE]}, settings.BIG))
    judge(report, "by the number of entries", runs, lambda size: f"to a file, {size:,} entries")


def by_sources(place, report):
    """Each number of sources has the same entries altogether, in full pages: a hundred sources read
    one page each."""
    jobs = {}
    for sources in SOURCES:
        history = History(place, max(SOURCES) // sources * settings.PAGE, name=f"shared-{sources}")
        jobs[sources] = lambda history=history, sources=sources: (
            Job(history, ["file"], sources=sources).run())
    runs = run_in_turn(jobs, settings.RUNS)
    judge(report, "by the number of sources", runs,
          lambda sources: f"to a file, sources: {sources}")


def measure(place, report):
    largest = BIG_SIZE if settings.BIG else max(SIZES)
    check(machine.free_disk() > largest * BYTES_AN_ENTRY,
          f"{place.folder} has no room for a file of {largest:,} entries: set TMPDIR to another "
          "disk's, or BIG=0")
    by_entries(place, report)
    by_sources(place, report)
