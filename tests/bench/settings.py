"""The sizes of a run, each settable by the environment."""

import os


def number(name, fallback):
    return type(fallback)(os.environ.get(name, fallback))


RUNS = number("RUNS", 5)  # of which the median counts
ENTRIES = number("ENTRIES", 300000)  # of a run of the whole job
BACKFILL = number("BACKFILL", 1000000)  # of the back-fill whose memory is watched
BACKLOG = number("BACKLOG", 300000)  # that an output catches up
STORE = number("STORE", 1540000)  # entries in the store of the start: 1 GiB
BIG = number("BIG", 5)  # runs with 10,000,000 entries, the longest of all; 0: none
IDLE_SECONDS = number("IDLE_SECONDS", 75)  # watched while nothing happens
LIVE_SECONDS = number("LIVE_SECONDS", 75)  # of live entries
WARM = number("WARM", 4096)  # MiB of memory that are touched before, where so much is free

PAGE = 9999
BARE_AT_MOST = 1.7
"""Microseconds an entry that the bare program counts as at most: a slower one excuses nothing."""


def values():
    """All that the environment sets."""
    names = ("RUNS", "ENTRIES", "BACKFILL", "BACKLOG", "STORE", "BIG", "IDLE_SECONDS",
             "LIVE_SECONDS", "WARM")
    return {name: globals()[name] for name in names}
