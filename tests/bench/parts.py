"""The parts of a run, in their order: quick and exact ones first."""

import collections

from . import (catchup, cost, freshness, guarantees, idle, instructions, memory, scale, seen,
               splitter, start)

Part = collections.namedtuple("Part", "title measure")

PARTS = {
    "guarantees": Part("what no figure is bought with", guarantees.measure),
    "splitter": Part("the page splitter beside json-c", splitter.measure),
    "instructions": Part("instructions by callgrind", instructions.measure),
    "seen": Part("memory of the seen-set", seen.measure),
    "cost": Part("the whole job beside the bare program", cost.measure),
    "scale": Part("cost by the number of entries and sources", scale.measure),
    "memory": Part("the most memory", memory.measure),
    "catchup": Part("an output that was down catches up", catchup.measure),
    "start": Part("start and stop with a large store", start.measure),
    "freshness": Part("from visible to arrival", freshness.measure),
    "idle": Part("at rest", idle.measure),
}
