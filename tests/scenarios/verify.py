"""`verify` names exactly the entries that an output never acknowledged or got twice, and nothing when all
is well: one is taken out of the ledger's view of an output, one is in it twice, one is in dead letter.
What was sent again because an answer was lost is named, and no fault; and it says what it can no longer
judge."""

import ctypes
import json
import sqlite3
import struct
import time

from harness import run
from harness.command import slackauditctl
from harness.failure import check, same
from harness.http_receiver import refuse, swallow

ENTRIES = 4000


def verify(bench, daemon, api, *words, code=0, start=None):
    answer = slackauditctl(bench, "verify", "--source", "acme", "--from", start or api.first_time,
                           *words, config=daemon.config_file)
    same(answer.code, code, f"verify {words}: exit code ({answer.text})")
    return answer


def findings(answer):
    return sorted((found["output"], found["finding"], found["id"])
                  for found in answer.result["findings"])


def totals(answer, output):
    return next(one for one in answer.result["outputs"] if one["output"] == output)


def entry_id(entry):
    return json.loads(entry)["id"]


def sequence_of(daemon, number):
    """Entries were stored oldest first, so that the sequence says which is which."""
    return number + 1


def take_out(daemon, output, number):
    """Nobody acknowledged the entry, as far as the ledger knows."""
    sequence = sequence_of(daemon, number)
    database = sqlite3.connect(daemon.state / "store.db")
    with database:
        row = database.execute(
            "SELECT source, output, first_sequence, end_sequence, fates FROM acknowledged WHERE"
            " output = (SELECT id FROM output WHERE name = ?) AND first_sequence <= ?"
            " AND end_sequence > ?", (output, sequence, sequence)).fetchone()
        same(row[4], b"", "the fates of a row where all is well")
        database.execute("DELETE FROM acknowledged WHERE source = ? AND output = ? AND"
                         " first_sequence = ?", row[:3])
        insert = "INSERT INTO acknowledged VALUES (?, ?, ?, ?, ?)"
        for first, end in ((row[2], sequence), (sequence + 1, row[3])):
            if first < end:
                database.execute(insert, (row[0], row[1], first, end, b""))
    database.close()


class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


def id_row(entry):
    """What the ledger keeps of an entry whose batch is gone: 8 bytes of its id, and their checksum."""
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH3_128bits.restype, library.XXH3_128bits.argtypes = Hash128, [ctypes.c_char_p, ctypes.c_size_t]
    library.XXH3_64bits.restype, library.XXH3_64bits.argtypes = ctypes.c_uint64, [ctypes.c_char_p, ctypes.c_size_t]
    name = entry_id(entry).encode()
    key = struct.pack("<Q", library.XXH3_128bits(name, len(name)).low)
    return key + struct.pack("<Q", library.XXH3_64bits(key, len(key)))


def deliver_once_more(daemon, output, entry):
    """As if a repair had sent the output what it had already."""
    when = json.loads(entry)["date_create"]
    database = sqlite3.connect(daemon.state / "store.db")
    with database:
        queue = database.execute(
            "INSERT INTO source (name, start, checkpoint, read_at, seen_from, width, next_sequence)"
            f" VALUES ('acme//7/repair/{when}-{when}', ?, ?, ?, ?, 600, 2)",
            (when, when, when, 1 << 32)).lastrowid
        number = database.execute("SELECT id FROM output WHERE name = ?", (output,)).fetchone()[0]
        database.execute("INSERT INTO position (output, source, sequence, begun) VALUES (?, ?, 2, 1)",
                         (number, queue))
        database.execute("INSERT INTO acknowledged VALUES (?, ?, 1, 2, x'')", (queue, number))
        database.execute(
            "INSERT INTO past (source, first_sequence, count, oldest, newest, made, ids)"
            " VALUES (?, 1, 1, ?, ?, ?, ?)", (queue, when, when, int(time.time()), id_row(entry)))
    database.close()


def all_is_well(bench, api):
    """A receiver that refuses one entry for good, and one that loses answers."""
    expected = api.expected()
    poison = expected[1234]

    def judge(request):
        return refuse(400, b"no good") if poison in request.entries else None
    picky = bench.http_receiver(decide=judge)
    archive = bench.archive()
    daemon = bench.daemon(
        sources=[api.source()],
        outputs=[archive.config(), archive.config(name="some", path=str(bench.folder / "some.ndjson"),
                                                  only={"actions": ["user_*"]}),
                 bench.http_output(picky, name="picky", batch={"max_wait": "10ms"})])
    daemon.start()
    daemon.wait_delivered()
    answer = verify(bench, daemon, api, "--json", code=1)
    same(findings(answer), [("picky", "dead_letter", entry_id(poison))], "what one refused")
    same(answer.result["entries"], ENTRIES, "entries")
    same(totals(answer, "archive")["got"], ENTRIES, "got by the archive")
    some = totals(answer, "some")
    wanted = sum(json.loads(entry)["action"].startswith("user_") for entry in expected)
    check(0 < wanted < ENTRIES, "the filter lets all or nothing pass")
    same((some["got"], some["unwanted"]), (wanted, ENTRIES - wanted), "got and not wanted")
    poison = b""
    slackauditctl(bench, "deadletter", "retry", config=daemon.config_file)
    daemon.wait_delivered()
    answer = verify(bench, daemon, api)
    check(b"nothing is wrong" in answer.out, answer.text)
    sums = [line for line in answer.out.decode().splitlines() if ": got " in line]
    same({line.split(", ", 4)[4:] == [f"does not want {ENTRIES - wanted}"] for line in sums
          if "does not want" in line}, {True}, f"what an output does not want, and no other: {sums}")
    check(any(line.endswith(f": got {ENTRIES}, never got 0, got twice 0, in dead letter 0") for line in sums),
          f"more is told than there is: {sums}")
    check("verify: 0%" in answer.error and "verify: 100%" in answer.error,
          f"no progress: {answer.error}")
    same(findings(verify(bench, daemon, api, "--json")), [], "after the retry")
    daemon.stop()
    return daemon


def names_exactly(bench, api, daemon):
    expected = api.expected()
    take_out(daemon, "archive", 777)
    deliver_once_more(daemon, "archive", expected[3210])
    wanted = [("archive", "never", entry_id(expected[777])),
              ("archive", "twice", entry_id(expected[3210]))]
    same(findings(verify(bench, daemon, api, "--json", code=1)), wanted, "without a daemon")
    daemon.start()
    same(findings(verify(bench, daemon, api, "--json", code=1)), wanted, "with a daemon")
    text = verify(bench, daemon, api, code=1).out.decode()
    check(f"archive: never got {wanted[0][2]}" in text, text)
    check(f"archive: got twice {wanted[1][2]}" in text, text)
    # A range that holds neither.
    when = json.loads(expected[778])["date_create"] + 1
    before = json.loads(expected[3209])["date_create"] - 1
    answer = verify(bench, daemon, api, "--to", str(before), "--json", start=when)
    same(findings(answer), [], "between the two")
    check(0 < answer.result["entries"] < 2500, f"entries between the two: {answer.result}")
    repairs(bench, api, daemon, wanted)
    daemon.stop()


def repairs(bench, api, daemon, wanted):
    """The first is mended, and nothing else is touched."""
    before = {archive: (bench.folder / archive).read_bytes().splitlines()
              for archive in ("archive/archive.ndjson", "some.ndjson")}
    checkpoint = daemon.control("checkpoint", "show").result[0]["checkpoint"]
    answer = verify(bench, daemon, api, "--repair", "--json", code=1)
    same(findings(answer), wanted, "found before the repair")
    same(totals(answer, "archive")["mended"], 1, "mended")
    now = (bench.folder / "archive/archive.ndjson").read_bytes().splitlines()
    same(now, before["archive/archive.ndjson"] + [api.expected()[777]], "the archive")
    same((bench.folder / "some.ndjson").read_bytes().splitlines(), before["some.ndjson"],
         "another output")
    same(findings(verify(bench, daemon, api, "--repair", "--json", code=1)), wanted[1:],
         "what is left")
    same((bench.folder / "archive/archive.ndjson").read_bytes().splitlines(), now,
         "the archive after a second repair")
    check(daemon.control("checkpoint", "show").result[0]["checkpoint"] >= checkpoint,
          "the checkpoint went back")


def lost_answers(bench, api):
    swallowed = []

    def judge(request):
        if not swallowed:
            swallowed.extend(request.entries)
            return swallow()
        return None
    forgetful = bench.http_receiver(decide=judge)
    daemon = bench.daemon(sources=[api.source()], name="lost", outputs=[
        bench.http_output(forgetful, batch={"max_entries": 100, "max_wait": "10ms"})])
    daemon.once()
    answer = verify(bench, daemon, api, "--json")
    same(findings(answer), sorted(("collector", "possibly_twice", entry_id(entry)) for entry in swallowed),
         "what came again after a lost answer")
    check(not any(found["fault"] for found in answer.result["findings"]), "it counts as a fault")
    text = verify(bench, daemon, api).out.decode()
    check("collector: 100 may have come twice" in text and "nothing is wrong" in text, text)
    text = slackauditctl(bench, "verify", "--source", "acme", "--from", "2019-01-01T00:00:00Z",
                         config=daemon.config_file).out.decode()
    check("not judged: 2019-01-01T00:00:00Z to " in text, text)


def wrong_words(bench, daemon):
    for words in ([], ["--source", "acme"], ["--source", "no", "--from", "-1d"],
                  ["--source", "acme", "--from", "yesterday"],
                  ["--source", "acme", "--from", "now", "--to", "-1d"]):
        same(slackauditctl(bench, "verify", *words, config=daemon.config_file).code, 64,
             f"verify {words}: exit code")


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    daemon = all_is_well(bench, api)
    names_exactly(bench, api, daemon)
    lost_answers(bench, api)
    wrong_words(bench, daemon)


run(scenario)
