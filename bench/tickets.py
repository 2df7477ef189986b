"""What contradictions cost a hub: applying them, and leafing through ten thousand.

Two rooms of one fonds correct the same titles. Where the second had seen the first's
correction nothing is open; where neither had, every record gets a ticket. Both are
applied in turns, in one run, so that the machine's mood is the same for both.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random  # noqa: TID251 (the same pages every time, no secret)

from bench.author import ACTOR, MADE_AT, Author
from bench.corpus import one_fonds
from bench.figures import Figure, percentile
from bench.stations import Station, joined_room, serving
from node.catalogue.deciding.views import Wanted
from node.catalogue.fields import TITLE
from node.history.hub import Received
from node.home import Home
from node.machine import Machine
from node.store.ticket_port import TicketClass, TicketOrder
from protocol.identity import Dot
from protocol.messages import SetItem, Verdict
from protocol.operations import Operation, Set, Write

TICKETS = 10_000
AT_ONCE = 2_000
PAGE = 50
TIMES = 50
FONDS = {"0001": "全宗"}


async def bench_tickets(folder: Path, sized: Callable[[int], int]) -> list[Figure]:
    """Applying with tickets against applying without; then the queue."""
    hub = Station(folder / "hub")
    await hub.run("init", "--hub", "--name", "中心")
    async with serving(hub) as door:
        stations = [
            await joined_room(folder / name, hub, door, FONDS, name)
            for name in ("甲", "乙")
        ]
        for station in stations:
            await station.run("sync")
    first, second = [await Author.of_room(Home(each.home)) for each in stations]
    machine = await Machine.open(Home(hub.home))
    try:
        count = sized(TICKETS)
        await take(machine, first, first.creations(one_fonds(2 * count)))
        records = list(first.made)
        ratio = await applied(machine, first, second, records)
        return [ratio, *await queue_figures(machine, count)]
    finally:
        await machine.close()


async def take(machine: Machine, author: Author, sets: Sequence[SetItem]) -> float:
    """Seconds in which the hub made *sets* its own."""
    received = Received()
    began = time.perf_counter()
    await machine.hub.receive(author.hello, sets, received)
    seconds = time.perf_counter() - began
    taken = received.counts.get(Verdict.APPLIED, 0)
    taken += received.counts.get(Verdict.CONFLICT, 0)
    if taken != len(sets):
        raise RuntimeError(f"{len(sets)} sets, but {received.counts}")
    return seconds


def corrections(
    author: Author, records: Sequence[tuple[Dot, str]], names: Sequence[Dot], word: str
) -> Iterator[Operation]:
    """A new title for each record, which replaces what *names* say."""
    for (record, title), name in zip(records, names, strict=True):
        write = Write(TITLE, f"{title}{word}", (name,))
        yield Set(author.n, ACTOR, MADE_AT + author.n % 86_400, record, (write,))
        author.n += 1


async def applied(
    machine: Machine,
    first: Author,
    second: Author,
    records: Sequence[tuple[Dot, str]],
) -> Figure:
    """The first room corrects all; the second half of them unseen, half seen."""
    births = [record for record, _ in records]
    start = first.n
    edits = corrections(first, records, births, "(改)")
    await take(machine, first, list(first.sealed(edits)))
    corrected = [Dot(first.log, start + place) for place in range(len(records))]
    half = len(records) // 2
    turns: list[dict[bool, list[SetItem]]] = []
    for at in range(0, half, AT_ONCE):
        made = {}
        for is_open, names in ((False, corrected), (True, births)):
            part = slice(at + is_open * half, min(at + AT_ONCE, half) + is_open * half)
            edits = corrections(second, records[part], names[part], "(再改)")
            made[is_open] = list(second.sealed(edits))
        turns.append(made)
    seconds: dict[bool, list[float]] = {False: [], True: []}
    gc.collect()
    gc.freeze()
    for turn in turns:
        for is_open, sets in turn.items():
            seconds[is_open].append(await take(machine, second, sets))
    plain, contradicted = (sum(seconds[is_open]) for is_open in (False, True))
    middle = statistics.median(
        slow / fast for fast, slow in zip(seconds[False], seconds[True], strict=True)
    )
    return Figure(
        "apply with tickets ÷ apply without",
        contradicted / plain,
        "×",
        at_most=1.5,
        counted=f"{half:,} edits of each kind in turns of {AT_ONCE:,}:"
        f" {half / contradicted:,.0f} and {half / plain:,.0f} a second, commits"
        f" included; middle of the turns {middle:.2f} ×",
    )


async def queue_figures(machine: Machine, count: int) -> list[Figure]:
    """Opening, filtering and leafing, as the operator's desk asks for it."""
    decisions = machine.catalogue.decisions
    total = (await decisions.list(ACTOR, Wanted(), 0, 1)).total
    if total != count:
        raise RuntimeError(f"{total} tickets instead of {count}")
    dice = Random(TICKETS)
    rooms = sorted((await decisions.counts(ACTOR)).by_room)
    fonds = next(iter(FONDS))
    asked: dict[str, list[tuple[Wanted, int]]] = {
        "open": [(Wanted(), 0)] * TIMES,
        "filter": [
            (each, 0)
            for each in (
                Wanted(classes=(TicketClass.FIELD,)),
                Wanted(field="title"),
                Wanted(fonds=fonds),
                *(Wanted(room=room) for room in rooms),
                *(Wanted(order=order) for order in TicketOrder),
            )
            for _ in range(TIMES // 5)
        ],
        "page": [
            (Wanted(), dice.randrange(max(1, count - PAGE))) for _ in range(TIMES)
        ],
    }
    figures = []
    for what, wanted in asked.items():
        seconds = []
        for each, offset in wanted:
            began = time.perf_counter()
            page = await decisions.list(ACTOR, each, offset, PAGE)
            await decisions.counts(ACTOR)
            seconds.append(time.perf_counter() - began)
            if not page.tickets:
                raise RuntimeError(f"nothing at {offset} of {each}")
        figures.append(
            Figure(
                f"queue of {count:,}: {what}, p95",
                1000 * percentile(seconds, 0.95),
                "ms",
                at_most=100,
                counted=f"a page of {PAGE} and the counts by class and room,"
                f" {len(seconds)} times; median"
                f" {1000 * statistics.median(seconds):.0f} ms",
            )
        )
    return figures
