"""Papers that may be one, in a fonds of 55,000: time for each new entry, what is found.

New entries are looked at a hundred at a time, as an exchange brings them, and some one
by one, as at a desk. One in five is an entry that is there already, catalogued again by
somebody else (bench/copies.py): what is found of these is counted, and what is found
beside them. Processor time stands beside the clock: it says more on a busy machine.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
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
AT_ONCE = 100
ALONE = 200
COPY_EVERY = 5
_NOW = 1_780_000_000


@dataclass(frozen=True, slots=True)
class New:
    """A new entry by the numbers of its record and of the one that it is a copy of."""

    record_no: int
    kind: str
    """How it was copied; empty: it is no copy."""
    original_no: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What some transactions took."""

    entries: int
    seconds: tuple[float, ...]
    """Of each transaction, to durable."""
    busy_seconds: float
    """Of the processor, in all."""

    def figures(self, what: str, counted: str) -> list[Figure]:
        """Milliseconds for each entry, on the clock and of the processor."""
        total = sum(self.seconds)
        longest = 1000 * max(self.seconds)
        most = 1000 * percentile(self.seconds, 0.95)
        return [
            Figure(
                f"duplicate candidates, {what}, per entry",
                1000 * total / self.entries,
                "ms",
                at_most=5,
                counted=f"{counted}; {len(self.seconds)} transactions, p95"
                f" {most:.0f} ms, longest {longest:.0f} ms",
            ),
            Figure(
                f"the same, processor time: {what}",
                1000 * self.busy_seconds / self.entries,
                "ms",
                at_most=5,
                counted=counted,
            ),
        ]


async def bench_duplicates(folder: Path, sized: Callable[[int], int]) -> list[Figure]:
    """Milliseconds for a new entry, and what of planted copies is found."""
    count, new, alone = sized(ENTRIES), sized(NEW), sized(ALONE)
    await make_large_room(folder / "room", count)
    machine = await Machine.open(Home(folder / "room"))
    try:
        whole = await _work_off(machine, count)
        pairs = await machine.store.read(lambda rows: rows.papers.pair_amount(None))
        every = one_fonds(count + new + alone)
        planted = _planted(every, count, Random(7))
        first_no = await machine.store.read(_first_item)
        saved: list[New] = []
        together = [
            await _look(machine, planted, AT_ONCE, first_no, saved)
            for _ in range(new // AT_ONCE)
        ]
        singly = [
            await _look(machine, planted, 1, first_no, saved) for _ in range(alone)
        ]
        likes = await machine.store.read(
            lambda rows: [rows.papers.others(each.record_no) for each in saved]
        )
    finally:
        await machine.close()
    kinds = Counter(each.kind for each in saved if each.kind)
    found = Counter(
        each.kind
        for each, others in zip(saved, likes, strict=True)
        if each.kind and each.original_no in others
    )
    beside = [
        len(others) for each, others in zip(saved, likes, strict=True) if not each.kind
    ]
    return [
        *_sum(together).figures(
            f"{AT_ONCE} new among {count:,}", f"{len(together)} times {AT_ONCE}"
        ),
        *_sum(singly).figures(
            f"one new among {count:,}", f"{len(singly)} entries, each behind its save"
        ),
        *whole.figures("all for the first time", f"{count:,} entries, {pairs:,} pairs"),
        Figure(
            "planted copies that are found",
            sum(found.values()) / max(1, sum(kinds.values())),
            "",
            counted=", ".join(f"{kind} {found[kind]}/{kinds[kind]}" for kind in kinds),
        ),
        Figure(
            "candidates of new entries that are no copies",
            sum(beside),
            "pairs",
            counted=f"of {len(beside)} entries made of the halves of two",
        ),
    ]


def _sum(spent: Sequence[Spent]) -> Spent:
    return Spent(
        sum(each.entries for each in spent),
        tuple(second for each in spent for second in each.seconds),
        sum(each.busy_seconds for each in spent),
    )


async def _look(
    machine: Machine,
    planted: Iterator[tuple[str, int, Entry]],
    count: int,
    first_no: int,
    saved: list[New],
) -> Spent:
    """Save some new entries, then look at them."""
    for kind, place, entry in islice(planted, count):
        fonds = entry.code.partition("-")[0]
        values = typed(replace(entry, code=""))
        await machine.catalogue.add(CLERK, fonds, values, at_desk=True)
        number = await machine.store.read(lambda rows: rows.records.next_number() - 1)
        saved.append(New(number, kind, first_no + place))
    return await _work_off(machine, count)


async def _work_off(machine: Machine, entries: int) -> Spent:
    """Look until nothing waits."""
    seconds: list[float] = []
    busy = time.process_time()
    while True:
        began = time.perf_counter()
        step = await machine.store.write(lambda rows: next_step(rows, _NOW))
        seconds.append(time.perf_counter() - began)
        if step.left == 0:
            return Spent(entries, tuple(seconds), time.process_time() - busy)


def _planted(
    every: Sequence[Entry], count: int, dice: Random
) -> Iterator[tuple[str, int, Entry]]:
    """Entries behind the first *count*; some are copies of a known one."""
    known = every[:count]
    kinds = list(COPIES)
    for turn, entry in enumerate(every[count:]):
        is_copy = turn % COPY_EVERY == COPY_EVERY - 1
        kind = kinds[turn // COPY_EVERY % len(kinds)] if is_copy else ""
        yield (kind, *_again(known, kind, dice)) if kind else (kind, 0, entry)


def _again(known: Sequence[Entry], kind: str, dice: Random) -> tuple[int, Entry]:
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
