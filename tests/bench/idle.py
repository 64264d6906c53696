"""Goals 3, 5 and 6 when there is nothing to do: memory beside a bare program with libcurl that
made one TLS request, processor time, wake-ups, and calls.

The daemon reads a history over TLS, delivers it, and then nothing comes any more. As long as
entries may flow (a minute) it makes short polls; what is measured begins after it. The polls are
counted by the simulator. A wake-up belongs to a poll when it comes within a second of it; all
others are nobody's. Processor time is told for each poll_interval, which has one poll.
"""

import subprocess
import time

from harness.failure import check
from harness.waiting import until

from . import settings
from .measured import cpu_of, memory_of, sleeps_of
from .sink import Sink

ENTRIES = 30000  # read before it rests
POLL_SECONDS = 15  # four times as often as by default: stricter, and more polls to count
FLOWING_SECONDS = 60  # of short polls after the last new entry
LOOK_SECONDS = 0.1

ANONYMOUS_GOAL, RESIDENT_GOAL = 6.0, 18.0  # MiB
CPU_GOAL = 0.05  # percent of a core
POLL_NEEDS = 20  # wake-ups: a poll connects, shakes hands, asks, reads and stores


def measure(place, report):
    api = place.simulator(entries=ENTRIES, span=86400, to=int(time.time()) - 3600)
    authority = place.authority()
    front = place.tls_front(authority.certificate(), api.port)
    url = f"https://127.0.0.1:{front.port}/audit/v1/"
    sink = Sink(place, "http")
    daemon = place.long_daemon(
        "idle",
        [place.source(api, base_url=url, tls={"ca_file": str(authority.file)}, start=api.first_time,
                      poll_interval=f"{POLL_SECONDS}s")],
        [{"name": "http", "type": "http", "url": f"http://127.0.0.1:{sink.port}/"},
         {"name": "file", "type": "file", "path": str(place.folder / "idle.ndjson")}])
    daemon.start()
    until(lambda: sink.arrived() >= ENTRIES, "the history to be delivered", limit=60)
    bare_memory(place, report, f"{url}schemas", authority.file)
    wait_until_quiet(api)
    memory(report, daemon)
    watch(report, api, daemon)
    daemon.stop()


def bare_memory(place, report, url, authority):
    command = [place.program("request"), url, authority]
    with subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as process:
        status = process.stdout.readline().strip()
        anonymous, resident, _ = memory_of(process.pid)
        process.stdin.close()
    check(status == "200", f"the bare program was answered {status}")
    report.row("bare program after one TLS request, anonymous", anonymous, "MiB")
    report.row("bare program after one TLS request, resident", resident, "MiB")


def wait_until_quiet(api):
    """Until the calls come no more often than the polls: the short ones have ended."""
    calls = [(time.monotonic(), api.stats()["calls"])]

    def look():
        now, count = time.monotonic(), api.stats()["calls"]
        if count != calls[-1][1]:
            calls.append((now, count))
        return now - calls[-1][0] > POLL_SECONDS / 2
    until(look, "the short polls to end", limit=FLOWING_SECONDS + 3 * POLL_SECONDS, step=0.2)


def memory(report, daemon):
    anonymous, resident, peak = memory_of(daemon.process.pid)
    report.row("slackauditd at rest, anonymous", anonymous, "MiB", goal=ANONYMOUS_GOAL, number=3)
    report.row("slackauditd at rest, resident", resident, "MiB", goal=RESIDENT_GOAL, number=3,
               note=f"after {ENTRIES:,} entries over TLS to HTTP and a file, peak {peak:.1f} MiB")


def watch(report, api, daemon):
    """Looks at the daemon from outside, often, and wakes it by nothing."""
    pid = daemon.process.pid
    begin = time.monotonic()
    calls, sleeps = api.stats()["calls"], sleeps_of(pid)
    last_calls, last_sleeps, poll_seen = calls, sleeps, begin
    nobodys = []  # wake-ups that no poll explains: when, how many
    cpu = [(begin, cpu_of(pid))]
    while (now := time.monotonic()) < begin + settings.IDLE_SECONDS:
        time.sleep(LOOK_SECONDS)
        if now >= cpu[-1][0] + POLL_SECONDS:
            cpu.append((now, cpu_of(pid)))
        now_sleeps, now_calls = sleeps_of(pid), api.stats()["calls"]
        if now_calls != last_calls:
            poll_seen = now
            nobodys = [(when, count) for when, count in nobodys if when < now - 1]
        elif now_sleeps != last_sleeps and now > poll_seen + 1:
            nobodys.append((now, now_sleeps - last_sleeps))
        last_calls, last_sleeps = now_calls, now_sleeps
    seconds = time.monotonic() - begin
    cpu.append((begin + seconds, cpu_of(pid)))
    polls = last_calls - calls
    check(polls + 1.5 > seconds / POLL_SECONDS, f"only {polls} polls were seen")
    unexplained = sum(count for _, count in nobodys)
    shares = [100 * (after - before) / (end - start)
              for (start, before), (end, after) in zip(cpu, cpu[1:])
              if end - start > 0.9 * min(POLL_SECONDS, settings.IDLE_SECONDS)]
    check(min(shares) > 0, "the kernel does not count what threads cost (schedstat)")
    report.row("at rest, processor time", shares, "% of a core", goal=CPU_GOAL, number=5,
               note=f"poll_interval {POLL_SECONDS}s, {polls} polls over TLS")
    report.row("at rest, wake-ups of a poll", (last_sleeps - sleeps - unexplained) / polls,
               "wake-ups", goal=POLL_NEEDS, number=5, note="goal by this bench: what TLS needs")
    report.row("at rest, wake-ups that are no poll's", unexplained, "wake-ups", goal=0, number=5,
               note=f"in {seconds:.0f} s")
    report.row("at rest, polls for each poll_interval", polls * POLL_SECONDS / seconds, "polls",
               goal=1 + 1.5 * POLL_SECONDS / seconds, number=6)
