"""Goal 4: instructions an entry, counted by callgrind, outside the kernel: a change shows without
any noise of the machine. The start is taken off by counting two sizes."""

import re
import shutil

from harness.failure import Failure, check

from . import settings
from .job import History, Job

TOTAL = re.compile(r"^(?:summary|totals): (\d+)", re.MULTILINE)


class Callgrind:
    """Counts what one command does."""

    def __init__(self, place):
        self.path = place.fresh("callgrind.out")
        valgrind = shutil.which("valgrind")
        if valgrind is None:
            raise Failure("valgrind is missing: packaging/install-needed bench")
        self.words = [valgrind, "--tool=callgrind", f"--callgrind-out-file={self.path}",
                      "--quiet"]

    def count(self):
        found = TOTAL.search(self.path.read_text())
        check(found is not None, "callgrind counted nothing")
        return int(found[1])


def of_splitter(place, rounds):
    callgrind = Callgrind(place)
    place.run_program([*callgrind.words, place.program("page"), rounds])
    return callgrind.count()


def of_job(place, pages):
    callgrind = Callgrind(place)
    Job(History(place, pages * settings.PAGE, name=f"api-{pages}"), ["file"]).run(callgrind.words)
    return callgrind.count()


def measure(place, report):
    splitter = (of_splitter(place, 3) - of_splitter(place, 1)) / (2 * settings.PAGE)
    report.row("splitter", splitter, "instructions", note="an entry of 650 bytes")
    job = (of_job(place, 6) - of_job(place, 2)) / (4 * settings.PAGE)
    report.row("the whole job to a file", job, "instructions",
               note="an entry of 699 bytes on average, start taken off")
