"""Papers that may be one, in a fonds of 55,000: time for each new entry, what is found.

New entries are saved one by one, as at a desk, and looked at after each save; half of
them are entries that are there already, catalogued again by somebody else
(bench/copies.py). What is found of these is counted, and what is found beside them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random  # noqa: TID251 (the same entries every time, no secret)

from bench.copies import COPIES
from bench.corpus import Entry, one_fonds
from bench.figures import Figure, percentile
from bench.large_room import CLERK, make_large_room, typed
from node.catalogue.fields import LEVEL_ITEM
from node.catalogue.likeness.refreshing import next_step
from node.home import Home
from node.machine import Machine
from node.store.port import Rows

ENTRIES = 55_000
NEW = 1_000
_NOW = 1_780_000_000


@dataclass(frozen=True, slots=True)
class Looked:
    """One new entry, and what looking at it came to."""

    kind: str
    """How it was copied; empty: it is no copy."""
    seconds: float
    busy_seconds: float
    """Of the processor."""
    saved_seconds: float
    """What saving it took, just before."""
    pairs: int
    is_found: bool
    """It is shown beside the entry that it is a copy of."""


async def bench_duplicates(folder: Path, sized: Callable[[int], int]) -> list[Figure]:
    """Milliseconds for a new entry, and what of planted copies is found."""
    count = sized(ENTRIES)
    await make_large_room(folder / "room", count)
    machine = await Machine.open(Home(folder / "room"))
    try:
        steps = await _work_off(machine)
        pairs = await machine.store.read(lambda rows: rows.papers.pair_amount(None))
        looked = [each async for each in _one_by_one(machine, count, sized(NEW))]
    finally:
        await machine.close()
    seconds = [each.seconds for each in looked]
    busy = [each.busy_seconds for each in looked]
    saved = [each.saved_seconds for each in looked]
    kinds = Counter(each.kind for each in looked if each.kind)
    found = Counter(each.kind for each in looked if each.kind and each.is_found)
    others = [each.pairs for each in looked if not each.kind]
    return [
        Figure(
            f"duplicate candidates over {count:,} entries, per new entry",
            1000 * sum(seconds) / len(seconds),
            "ms",
            at_most=5,
            counted=f"mean of {len(seconds)} entries, each looked at alone behind its"
            f" save, to durable; p95 {1000 * percentile(seconds, 0.95):.1f} ms,"
            f" longest {1000 * max(seconds):.0f} ms; its save took"
            f" {1000 * sum(saved) / len(saved):.1f} ms",
        ),
        Figure(
            f"duplicate candidates over {count:,} entries, processor time for each",
            1000 * sum(busy) / len(busy),
            "ms",
            at_most=5,
            counted="the same entries; what other work on the machine costs is not in",
        ),
        Figure(
            "duplicate candidates, all entries for the first time, per entry",
            1000 * sum(steps) / count,
            "ms",
            at_most=5,
            counted=f"{count:,} entries in {sum(steps):.1f} s, {pairs:,} pairs",
        ),
        Figure(
            "longest write transaction while duplicates are looked for",
            1000 * max(steps),
            "ms",
            at_most=50,
            counted=f"{len(steps)} transactions, p95"
            f" {1000 * percentile(steps, 0.95):.0f} ms",
        ),
        Figure(
            "planted copies that are found",
            sum(found.values()) / sum(kinds.values()),
            "",
            counted=", ".join(f"{kind} {found[kind]}/{kinds[kind]}" for kind in kinds),
        ),
        Figure(
            "candidates of new entries that are no copies",
            sum(others),
            "pairs",
            counted=f"of {len(others)} entries made of the halves of two",
        ),
    ]


async def _work_off(machine: Machine) -> list[float]:
    """Seconds of each transaction until all entries are looked at."""
    steps: list[float] = []
    while True:
        began = time.perf_counter()
        step = await machine.store.write(lambda rows: next_step(rows, _NOW))
        steps.append(time.perf_counter() - began)
        if step.left == 0:
            return steps


async def _one_by_one(
    machine: Machine, count: int, wanted: int
) -> AsyncIterator[Looked]:
    dice = Random(7)
    every = one_fonds(count + wanted)
    known, fresh = every[:count], every[count:]
    fonds = known[0].code.partition("-")[0]
    first_no = await machine.store.read(_first_item)
    kinds = list(COPIES)
    for turn, new in enumerate(fresh):
        kind, place, entry = "", 0, new
        if turn % 2:
            kind = kinds[turn // 2 % len(kinds)]
            place, entry = _again(known, kind, dice)
        values = typed(replace(entry, code=""))
        saving = time.perf_counter()
        await machine.catalogue.add(CLERK, fonds, values, at_desk=True)
        began, busy = time.perf_counter(), time.process_time()
        await machine.store.write(lambda rows: next_step(rows, _NOW))
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        others = await machine.store.read(_others_of_newest)
        is_found = bool(kind) and first_no + place in others
        taken = (seconds, busy, began - saving)
        yield Looked(kind, *taken, len(others), is_found)


def _again(known: list[Entry], kind: str, dice: Random) -> tuple[int, Entry]:
    """A known entry by its place, and how it is catalogued again."""
    while True:
        place = dice.randrange(len(known))
        entry = COPIES[kind](known[place], dice)
        if entry is not None:
            return place, entry


def _first_item(rows: Rows) -> int:
    """Number of the first item; the others follow in order."""
    found = rows.records.after(0, 10)
    return next(row.record_no for row in found if row.level == LEVEL_ITEM)


def _others_of_newest(rows: Rows) -> set[int]:
    return set(rows.papers.others(rows.records.next_number() - 1))
