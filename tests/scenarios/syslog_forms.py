"""Syslog over UDP, TCP and Unix sockets, counted and in lines, in the form of RFC 5424 and of RFC 3164:
every message has the header that was asked for and an entry in it, byte for byte; one that is longer
than `max_size` goes to dead letter or is cut, and is counted."""

import json
import time

from harness import judge, run, settings
from harness.failure import check, same
from harness.syslog_receiver import BOM, parse

ENTRIES = 2000
PRIORITY = 17 * 8 + 6  # local1, informational


def forms(bench):
    """Every output of this scenario with its receiver."""
    for kind, framing, form in (("tcp", "octet_counting", "rfc5424"), ("tcp", "lf", "rfc3164"),
                                ("unix", "octet_counting", "rfc3164"), ("unix", "lf", "rfc5424")):
        receiver = bench.syslog_receiver(kind=kind, framing=framing)
        yield receiver, settings.syslog_output(
            receiver.address, f"{kind}-{framing}", framing=framing, format=form,
            facility="local1", app_name="auditor")
    for kind, form in (("udp", "rfc5424"), ("unix_dgram", "rfc3164")):
        receiver = bench.syslog_receiver(kind=kind)
        yield receiver, settings.syslog_output(
            receiver.address, kind, format=form, facility="local1", app_name="auditor",
            max_size="60KiB")


def check_header(frame, form):
    parts = parse(frame)
    entry = json.loads(parts["message"].removeprefix(BOM))
    same(int(parts["priority"]), PRIORITY, "the priority")
    same(parts["app"], b"auditor", "the application")
    if form == "rfc5424":
        check(parts["message"].startswith(BOM), "the message begins without a byte-order mark")
        date = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(entry["date_create"]))
        check(parts["time"].decode().startswith(date), f"{parts['time']} is not {date}")
    else:
        date = time.strftime("%b %e %H:%M:%S", time.localtime(entry["date_create"]))
        same(parts["time"].decode(), date, "the time")


def cut(bench, api):
    """Longer ones than max_size."""
    expected = api.expected()
    short = [entry for entry in expected if len(entry) < 600]
    receivers = {way: bench.syslog_receiver() for way in ("dead_letter", "truncate")}
    daemon = bench.daemon(
        sources=[api.source()], name="oversize",
        outputs=[settings.syslog_output(receiver.address, way.replace("_", "-"), max_size="800B",
                                        oversize=way) for way, receiver in receivers.items()])
    daemon.once()
    for receiver in receivers.values():
        check(all(len(frame) <= 800 for frame in receiver.frames()), "a message of more than 800")
        check(set(short) <= set(receiver.messages()), "a short entry is missing")
    kept = receivers["dead_letter"].messages()
    letters = daemon.dead_letters("dead-letter")
    same(len(kept) + len(letters), len(expected), "messages and dead letters")
    check(len(letters) > 0, "nothing was too long")
    messages = receivers["truncate"].messages()
    same(len(messages), len(expected), "messages, whole and cut")
    for message, entry in zip(messages, expected):
        check(entry.startswith(message), f"cut wrongly: {message[-60:]!r}")
        message.decode("utf-8")  # never in the middle of a character


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    pairs = list(forms(bench))
    daemon = bench.daemon(sources=[api.source()], outputs=[output for _, output in pairs])
    expected = api.expected()
    daemon.once()
    for receiver, output in pairs:
        receiver.wait_frames(ENTRIES)
        judge.same_order(receiver.messages(), expected, output["name"])
        for frame in receiver.frames()[:50]:
            check_header(frame, output["format"])
    cut(bench, api)


run(scenario)
