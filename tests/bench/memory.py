"""Goal 3: the most memory while there is much to do. A back-fill from March 2018, met by windows
that years of nothing have made very wide, with a file, HTTP and syslog. Judged by the worst run.
"""

import statistics

from . import settings
from .job import History, Job

PEAK_GOAL = 24.0  # MiB
KINDS = ("file", "http", "syslog")
BEGINNING = "2018-03-01T00:00:00Z"


def measure(place, report):
    history = History(place, settings.BACKFILL, span_days=10)
    runs = [Job(history, KINDS, start=BEGINNING).run() for _ in range(settings.RUNS)]
    cpu = statistics.median(run.cpu for run in runs)
    seconds = statistics.median(run.seconds for run in runs)
    report.row("back-fill from 2018, three outputs, peak resident", [run.peak for run in runs],
               "MiB", goal=PEAK_GOAL, worst=True, number=3,
               note=f"the most; {settings.BACKFILL} entries, {cpu:.2f} us an entry for all three, "
                    f"{seconds:.1f} s")
