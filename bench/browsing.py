"""Leafing through a large room: classes, pages anywhere, other orders, stopping.

``DANGYI_BENCH_ROOM`` names a room that was made before; it is copied, not written to.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random  # noqa: TID251 (the same places every time, no secret)
from typing import TypeVar

from bench.figures import Figure, percentile
from bench.large_room import make_large_room
from node.catalogue.listing import Listing, Order, OrderField, Where
from node.catalogue.shelves import Shelves
from node.errors import ReadStopped
from node.home import Home
from node.machine import Machine
from node.search.query import Query
from node.store.stopping import Stop
from protocol.operations import Actor

T = TypeVar("T")

RECORDS = 500_000
PAGE = 24
PAGES = 400
SAVES = 10
ACTOR = Actor("量")
COMMON_WORD = "通知"
OTHER_ORDERS: tuple[OrderField, ...] = ("entry", "date", "doc_no")


async def bench_browsing(folder: Path, sized: Callable[[int], int]) -> list[Figure]:
    """Times of everything that a person who leafs through waits for."""
    prepared = os.environ.get("DANGYI_BENCH_ROOM")
    home = folder / "room"
    if prepared:
        await asyncio.to_thread(shutil.copytree, prepared, home)
    else:
        await make_large_room(home, sized(RECORDS))
    await (await Machine.open(Home(home))).close()
    machine = await Machine.open(Home(home))
    try:
        return await _measure(machine)
    finally:
        await machine.close()


async def _measure(machine: Machine) -> list[Figure]:
    shelves = machine.catalogue.shelves
    classes, first = await timed(shelves.classes(ACTOR))
    again = await _after_saves(machine)
    _, totals = await timed(shelves.totals(ACTOR))
    listing, listed = await timed(shelves.listing(ACTOR, Where()))
    shown = f"{listing.size:,} records, {len(classes):,} classes"
    anywhere = await _pages(shelves, listing)
    in_turn = await _pages_in_turn(shelves, listing)
    beside, sorted_in = await _pages_beside(shelves, listing)
    stopped = await _stopped(shelves)
    return [
        Figure("all classes, first time", first, "ms", counted=shown),
        Figure("all classes after a save, p95", again, "ms", at_most=20),
        Figure("totals", totals, "ms", at_most=20),
        Figure("listing of everything in the shelf's order", listed, "ms", at_most=20),
        Figure(
            "page anywhere, p95",
            anywhere,
            "ms",
            at_most=20,
            counted=f"{PAGES} pages of {PAGE} records at places drawn by lot",
        ),
        Figure("page after page, p95", in_turn, "ms", at_most=20),
        Figure(
            "page anywhere beside a search and a sorting, p95",
            beside,
            "ms",
            at_most=50,
            counted="while everything is sorted by title and searched for a word",
        ),
        Figure(
            "sorting everything by title",
            sorted_in / 1000,
            "s",
            counted="with the pages above beside it",
        ),
        Figure(
            "a listing in the making ends after Stop",
            stopped,
            "ms",
            at_most=50,
            counted="stopped in the middle, the longest of ten",
        ),
        *[await _order(shelves, field) for field in OTHER_ORDERS],
    ]


async def timed(work: Awaitable[T]) -> tuple[T, float]:
    """The result of *work*, and how many milliseconds it took."""
    began = time.perf_counter()
    result = await work
    return result, 1000 * (time.perf_counter() - began)


async def _after_saves(machine: Machine) -> float:
    """How long the classes take each time after somebody saved."""
    times = []
    for number in range(SAVES):
        typed = {"title": f"关于第{number}次量的通知", "year": "2024"}
        await machine.catalogue.add(ACTOR, None, typed, at_desk=True)
        times.append((await timed(machine.catalogue.shelves.classes(ACTOR)))[1])
    return percentile(times, 0.95)


async def _pages(shelves: Shelves, listing: Listing) -> float:
    dice = Random(PAGES)
    times = []
    for _ in range(PAGES):
        place = dice.randrange(listing.size)
        times.append((await timed(shelves.rows(ACTOR, listing, place, PAGE)))[1])
    return percentile(times, 0.95)


async def _pages_in_turn(shelves: Shelves, listing: Listing) -> float:
    start = listing.size // 2
    times = [
        (await timed(shelves.rows(ACTOR, listing, start + PAGE * number, PAGE)))[1]
        for number in range(PAGES)
    ]
    return percentile(times, 0.95)


async def _pages_beside(shelves: Shelves, listing: Listing) -> tuple[float, float]:
    """Pages, while the same shelves are sorted and searched; and how long that took."""
    query = Query(words=(COMMON_WORD,))
    searching = asyncio.create_task(shelves.listing(ACTOR, Where(query=query)))
    sorting = asyncio.create_task(
        timed(shelves.listing(ACTOR, Where(), Order("title")))
    )
    dice = Random(PAGE)
    times = []
    while not sorting.done():
        place = dice.randrange(listing.size)
        times.append((await timed(shelves.rows(ACTOR, listing, place, PAGE)))[1])
    await searching
    return percentile(times, 0.95), (await sorting)[1]


async def _stopped(shelves: Shelves) -> float:
    """The longest time from Stop to the end of the work."""
    longest = 0.0
    for number in range(10):
        stop = Stop()
        under_way = asyncio.Event()
        work = asyncio.create_task(
            shelves.listing(
                ACTOR,
                Where(),
                Order("date" if number % 2 else "doc_no"),
                progress=lambda _done, _total, begun=under_way: begun.set(),  # type: ignore[misc]
                stop=stop,
            )
        )
        await under_way.wait()
        began = time.perf_counter()
        stop.set()
        with contextlib.suppress(ReadStopped):
            await work
        longest = max(longest, time.perf_counter() - began)
    return 1000 * longest


async def _order(shelves: Shelves, field: OrderField) -> Figure:
    order = Order(field)
    _, took = await timed(shelves.listing(ACTOR, Where(), order))
    return Figure(f"sorting everything by {field}", took / 1000, "s")
