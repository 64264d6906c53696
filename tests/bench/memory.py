"""Goal 3: the most memory while there is much to do. A back-fill from March 2018, met by windows
that years of nothing have made very wide, with a file, HTTP and syslog."""

from . import settings
from .job import History, Job

PEAK_GOAL = 24.0  # MiB
KINDS = ("file", "http", "syslog")
BEGINNING = "2018-03-01T00:00:00Z"


def measure(place, report):
    history = History(place, settings.BACKFILL, span_days=10)
    measured = Job(history, KINDS, start=BEGINNING).run()
    report.row("back-fill from 2018, three outputs, peak resident", measured.peak, "MiB",
               goal=PEAK_GOAL, number=3,
               note=f"{settings.BACKFILL} entries, {measured.cpu:.2f} us an entry for all three,"
                    f" {measured.seconds:.1f} s")
