"""Syslog over UDP, TCP and a Unix socket, counted and in lines, in the form of RFC 5424 and of
RFC 3164: every message has the header that was asked for and an entry in it, byte for byte; one
that is longer than `max_size` goes to dead letter or is cut, and is counted."""

import json
import time

from harness import judge, run, settings
from harness.failure import check, same
from harness.syslog_receiver import BOM, parse

ENTRIES = 2000
PRIORITY = 17 * 8 + 6  # local1, informational


def forms(bench):
    """Every output of this scenario with its receiver."""
    for framing, form in (("octet_counting", "rfc5424"), ("lf", "rfc3164")):
        receiver = bench.syslog_receiver(framing=framing)
        yield receiver, settings.syslog_output(receiver.address, f"tcp-{framing}", framing=framing,
                                               format=form, facility="local1", app_name="auditor")
    for kind, form in (("udp", "rfc5424"), ("udp", "rfc3164"), ("unix", "rfc3164")):
        receiver = bench.syslog_receiver(kind=kind)
        yield receiver, settings.syslog_output(receiver.address, f"{kind}-{form}", format=form,
                                               facility="local1", app_name="auditor",
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


def cut(bench, api, messages):
    """A limit that some thirty of the messages pass, which were of the same form."""
    expected = api.expected()
    limit = sorted(map(len, messages))[-30]
    receivers = {way: bench.syslog_receiver() for way in ("dead_letter", "truncate")}
    daemon = bench.daemon(
        sources=[api.source()], name="oversize",
        outputs=[settings.syslog_output(receiver.address, way.replace("_", "-"),
                                        facility="local1", app_name="auditor",
                                        max_size=f"{limit}B", oversize=way)
                 for way, receiver in receivers.items()])
    daemon.once()
    for receiver in receivers.values():
        check(all(len(frame) <= limit for frame in receiver.frames()), "a message past the limit")

    kept = receivers["dead_letter"].messages()
    letters = [letter["entry"] for letter in daemon.dead_letters("dead-letter")]
    check(10 <= len(letters) < 100, f"{len(letters)} entries were too long")
    long = [entry for entry in expected if json.loads(entry) in letters]
    judge.exactly_once(kept, [entry for entry in expected if entry not in set(long)], "short ones")
    same(len(long), len(letters), "entries that went to dead letter")

    messages = receivers["truncate"].messages()
    same(len(messages), len(expected), "messages, whole and cut")
    for message, entry in zip(messages, expected):
        check(entry.startswith(message), f"cut wrongly: {message[-60:]!r}")
        message.decode("utf-8")  # never in the middle of a character
        check(message == entry or entry in long, f"cut without need: {message!r}")


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    pairs = list(forms(bench))
    daemon = bench.daemon(sources=[api.source()], outputs=[output for _, output in pairs])
    expected = api.expected()
    daemon.once()
    for receiver, output in pairs:
        receiver.wait_count(ENTRIES)
        judge.same_order(receiver.messages(), expected, output["name"])
        for frame in receiver.frames()[:50]:
            check_header(frame, output["format"])
    cut(bench, api, pairs[0][0].frames())


run(scenario)
