"""A large workbook goes in while somebody at another screen goes on saving."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from bench.corpus import HEADINGS, Entry, entries
from bench.figures import Figure, percentile
from bench.stations import Ended, Station
from node.home import Home
from node.machine import Machine
from protocol.operations import Actor

ENTRIES = 39_369
PAUSE_SECONDS = 0.1
FIRST_SAVES = 20
ACTOR = Actor("其其格")


async def bench_importing(folder: Path, sized: Callable[[int], int]) -> list[Figure]:
    """Seconds of the import, and of a save meanwhile."""
    wanted = entries(sized(ENTRIES))
    book = folder / "list.xlsx"
    write_workbook(book, wanted)
    room = Station(folder / "room")
    codes = sorted({entry.code.partition("-")[0] for entry in wanted})
    named = [f"--fonds={code}=全宗{code}" for code in codes]
    await room.run("init", "--name", "室", *named)
    machine = await Machine.open(Home(room.home))
    try:
        alone = [await save(machine, codes[0], n) for n in range(FIRST_SAVES)]
        importing = asyncio.create_task(room.run("import", str(book)))
        beside = await saves_until(machine, codes[0], importing)
        ended = await importing
    finally:
        await machine.close()
    document = ended.document
    return [
        Figure(
            f"import of {len(wanted):,} rows",
            ended.seconds,
            "s",
            at_most=20,
            counted=f"the whole `dangyi import` of .xlsx: {document['added']:,} added,"
            f" {document['refused']:,} refused, {len(codes)} fonds; somebody saving"
            " meanwhile",
        ),
        Figure(
            "a save while the import runs, p95",
            1000 * percentile(beside, 0.95),
            "ms",
            at_most=100,
            counted=f"{len(beside)} saves of another process, one every"
            f" {PAUSE_SECONDS} s, from the call to durable; longest"
            f" {1000 * max(beside):.0f} ms; alone p95"
            f" {1000 * percentile(alone, 0.95):.0f} ms",
        ),
        Figure(
            "memory of a room: import of the workbook",
            ended.peak_bytes / 1e6,
            "MB",
            at_most=150,
            counted="highest resident size of `dangyi import`",
        ),
    ]


async def saves_until(
    machine: Machine, fonds: str, importing: asyncio.Task[Ended]
) -> list[float]:
    """Save again and again until the import ends; seconds of each."""
    taken: list[float] = []
    while not importing.done():
        taken.append(await save(machine, fonds, len(taken) + FIRST_SAVES))
        await asyncio.sleep(PAUSE_SECONDS)
    return taken


async def save(machine: Machine, fonds: str, number: int) -> float:
    """Save one new record; seconds until it is durable."""
    began = time.perf_counter()
    title = f"关于第{number}次会议纪要的通知"
    await machine.catalogue.add(ACTOR, fonds, {"title": title, "date": "2026-03-01"})
    return time.perf_counter() - began


def write_workbook(path: Path, wanted: list[Entry]) -> None:
    """The list as a workbook with a title row, as rooms keep it."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("目录")
    sheet.write_row(0, 0, ("归档文件目录",))
    sheet.write_row(1, 0, HEADINGS)
    for place, entry in enumerate(wanted, 2):
        sheet.write_row(place, 0, entry.cells)
    book.close()
