"""How fast a hub makes change-sets its own, small and large; and search in it.

Timed: parsing, verifying, storing, receipting, ordering, applying, indexing for the
search, and every commit; on one core, in this process, without the network.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.author import Author
from bench.corpus import one_fonds
from bench.figures import Figure
from bench.searching import search_figures
from bench.stations import Station, joined_room, serving
from node.history.hub import Received
from node.home import Home
from node.machine import Machine
from protocol.messages import SetItem, Verdict

SMALL = 20_000
LARGE = 500_000
EDITS = 20_000
SETS_AT_ONCE = 20
SPREAD_PERCENT = 20.0


class Rate(NamedTuple):
    """Operations a second."""

    by_the_clock: float
    by_the_processor: float
    typical: float
    """By the clock, of the middle one of the parts that were handed over."""


async def bench_applying(folder: Path, sized: Callable[[int], int]) -> list[Figure]:
    """Rates of creations and edits with few and many records, then the search."""
    hub = Station(folder / "hub")
    await hub.run("init", "--hub", "--name", "中心")
    async with serving(hub) as door:
        room = await joined_room(folder / "room", hub, door, {"0001": "全宗"})
        await room.run("sync")
    author = await Author.of_room(Home(room.home))
    machine = await Machine.open(Home(hub.home))
    small, large = sized(SMALL), sized(LARGE)
    wanted = one_fonds(large)
    creations: list[Rate] = []
    try:
        edits, rest = sized(EDITS), wanted
        first_edits: Rate | None = None
        while rest:
            part, rest = rest[:small], rest[small:]
            sets = author.creations(part)
            creations.append(await rate_of(machine, author, sets, len(part)))
            if first_edits is None:
                sets = author.edits(edits, 0)
                first_edits = await rate_of(machine, author, sets, edits)
        sets = author.edits(edits, large - edits)
        last_edits = await rate_of(machine, author, sets, edits)
        figures = [
            *rate_figures("creations", creations[0], creations[-1], large, 10_000),
            *rate_figures("edits", first_edits or last_edits, last_edits, large, 3_000),
        ]
        figures += await search_figures(machine, [title for _, title in author.made])
    finally:
        await machine.close()
    return [*figures, *await command_figures(hub, large)]


async def command_figures(hub: Station, records: int) -> list[Figure]:
    """A question to the large hub, as a process of its own."""
    status = await hub.run("status")
    search = await hub.run("search", "草原", "年度=2016")
    return [
        Figure(
            f"dangyi status, {records:,} records",
            status.seconds,
            "s",
            at_most=0.4,
            counted="wall clock of the whole process, once",
        ),
        Figure(
            "memory of a search command",
            search.peak_bytes / 1e6,
            "MB",
            at_most=150,
            counted=f"highest resident size of `dangyi search`, {search.seconds:.2f} s",
        ),
    ]


async def rate_of(
    machine: Machine, author: Author, sets: Sequence[SetItem], operations: int
) -> Rate:
    """Hand *sets* to the hub as a request would; how fast it made them its own.

    What the bench itself holds is kept away from the collector of garbage: a hub has
    no list of half a million entries in its memory.
    """
    received = Received()
    gc.collect()
    gc.freeze()
    began, used = time.perf_counter(), time.process_time()
    parts = []
    for start in range(0, len(sets), SETS_AT_ONCE):
        part = sets[start : start + SETS_AT_ONCE]
        part_began = time.perf_counter()
        await machine.hub.receive(author.hello, part, received)
        parts.append((time.perf_counter() - part_began) / len(part))
    seconds, busy = time.perf_counter() - began, time.process_time() - used
    taken = received.counts.get(Verdict.APPLIED, 0)
    taken += received.counts.get(Verdict.CONFLICT, 0)
    if taken != len(sets):
        message = f"{len(sets)} sets, but {received.counts}"
        raise RuntimeError(message)
    a_set = operations / len(sets)
    return Rate(
        operations / seconds, operations / busy, a_set / statistics.median(parts)
    )


def rate_figures(
    what: str, small: Rate, large: Rate, records: int, aim: float
) -> list[Figure]:
    """The rate with few records, with many, and how far they lie apart."""
    change = 100 * (large.typical / small.typical - 1)
    return [
        Figure(
            f"{what} a second, few records",
            small.by_the_clock,
            "/s",
            at_least=aim,
            counted=f"by the clock, commits included; {small.by_the_processor:,.0f} by"
            " processor time",
        ),
        Figure(
            f"{what} a second, {records:,} records",
            large.by_the_clock,
            "/s",
            at_least=aim,
            counted=f"the same; {large.by_the_processor:,.0f} by processor time",
        ),
        Figure(
            f"{what}: change from few to many",
            abs(change),
            "%",
            at_most=SPREAD_PERCENT,
            counted=f"{change:+.1f} %, middle of the parts of {SETS_AT_ONCE} sets:"
            f" {small.typical:,.0f} and {large.typical:,.0f} a second",
        ),
    ]
