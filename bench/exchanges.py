"""Bytes of exchanges, the start of a command, and memory of both ends."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.corpus import one_fonds, write_list
from bench.edits import make_edits
from bench.figures import Figure
from bench.stations import REPOSITORY, Ended, Serving, Station, joined_room, serving
from node.home import Home
from node.machine import Machine
from protocol.operations import Actor
from sync.floor import floor_bytes
from sync.link import Link

ENTRIES = 20_000
FONDS = {"0001": "通辽市科尔沁区科尔沁街道办事处"}
EDITS = ((100, 3_800.0), (5_000, 80_000.0))
ONE_EDIT_BYTES = 1_050.0
ONE_EDIT_TIMES = 7
STARTS = 7
READER = Actor("量")


async def bench_exchanges(folder: Path, sized: Callable[[int], int]) -> list[Figure]:
    """A room's first sync, a day without work, and days with edits."""
    hub = Station(folder / "hub")
    await hub.run("init", "--hub", "--name", "中心")
    lists = folder / "list.csv"
    write_list(lists, one_fonds(sized(ENTRIES)))
    async with serving(hub) as door:
        room = await joined_room(folder / "room", hub, door, FONDS)
        await counted_sync(room, door)
        imported = await room.run("import", str(lists), "--fonds", "0001")
        records = await records_of(room)
        figures = await first_sync(room, door, records)
        figures += await idle_exchange(room, door)
        figures.append(await one_edit(room, door, records))
        for count, aim in EDITS:
            figures.append(await edit_exchange(room, door, records, sized(count), aim))
        figures += await starts(room)
        figures.append(
            Figure(
                "memory of a room: importing",
                imported.peak_bytes / 1e6,
                "MB",
                at_most=150,
                counted=f"highest resident size of `dangyi import`, {len(records):,}"
                " entries; 1 MB = 10⁶ bytes",
            )
        )
        figures.append(
            Figure(
                "memory of a hub",
                door.peak_bytes / 1e6,
                "MB",
                at_most=300,
                counted="highest resident size of `dangyi hub serve` over all of the"
                " above",
            )
        )
    return figures


async def counted_sync(room: Station, door: Serving) -> tuple[Ended, int]:
    """One ``dangyi sync`` over a link of its own; bytes both ways."""
    async with Link("127.0.0.1", door.port) as link:
        ended = await room.run("sync", "--address", link.address)
        await asyncio.sleep(0.05)
        return ended, link.bytes_up + link.bytes_down


async def records_of(room: Station) -> list[dict[str, Any]]:
    """Every record of the room, with its fields."""
    found: list[dict[str, Any]] = []
    machine = await Machine.open(Home(room.home))
    try:
        async for record in machine.catalogue.export_rows(READER):
            found.append(record.to_json())
    finally:
        await machine.close()
    return found


async def first_sync(
    room: Station, door: Serving, records: list[dict[str, Any]]
) -> list[Figure]:
    floor = floor_bytes([record["fields"] for record in records])
    ended, carried = await counted_sync(room, door)
    entries = len(records)
    memory = await asyncio.to_thread(_encoder_bytes)
    return [
        Figure(
            "first sync ÷ floor",
            carried / floor,
            "×",
            at_most=1.16,
            counted=f"{carried:,} bytes at the link both ways, HTTP heads included,"
            f" of {entries:,} entries of one fonds; floor {floor:,}: the same values as"
            " columns under zstd -19, without ids"
            f" ({carried / entries:.1f} and {floor / entries:.1f} bytes an entry)",
        ),
        Figure("first sync", ended.seconds, "s", counted="the whole `dangyi sync`"),
        Figure(
            "memory of the encoder",
            memory / 1e6,
            "MB",
            at_most=16,
            counted="growth of the highest resident size of a process that compresses"
            " 8 MB in frames at the best level",
        ),
        Figure(
            "memory of a room: first sync",
            ended.peak_bytes / 1e6,
            "MB",
            at_most=150,
            counted="highest resident size of `dangyi sync`",
        ),
    ]


async def idle_exchange(room: Station, door: Serving) -> list[Figure]:
    await counted_sync(room, door)
    ended, carried = await counted_sync(room, door)
    return [
        Figure(
            "idle exchange",
            carried,
            "B",
            at_most=700,
            counted="bytes at the link both ways, HTTP heads included; one fonds and"
            " the common scope",
        ),
        Figure(
            "requests of an idle exchange",
            ended.document["requests"],
            "",
            at_most=1,
        ),
    ]


async def one_edit(
    room: Station, door: Serving, records: list[dict[str, Any]]
) -> Figure:
    """One edit an exchange, several times with edits of different kinds."""
    carried = []
    for seed in range(ONE_EDIT_TIMES):
        await save_edits(room, records, 1, seed)
        carried.append((await counted_sync(room, door))[1])
    return Figure(
        "1 edit",
        statistics.median(carried),
        "B",
        at_most=ONE_EDIT_BYTES,
        counted=f"bytes at the link both ways, median of {ONE_EDIT_TIMES} exchanges"
        f" with one edit each, {min(carried):,} to {max(carried):,}",
    )


async def save_edits(
    room: Station, records: list[dict[str, Any]], count: int, seed: int
) -> None:
    machine = await Machine.open(Home(room.home))
    try:
        await make_edits(machine.catalogue, records, count, seed)
    finally:
        await machine.close()


async def edit_exchange(
    room: Station,
    door: Serving,
    records: list[dict[str, Any]],
    count: int,
    aim: float,
) -> Figure:
    await save_edits(room, records, count, seed=count)
    ended, carried = await counted_sync(room, door)
    return Figure(
        f"{count:,} edits",
        carried,
        "B",
        at_most=aim,
        counted=f"bytes at the link both ways ({carried / count:.1f} an edit),"
        f" {ended.document['requests']} requests; 30 % titles, rest date, 文号, 期限,"
        " 责任者, 附注, 页数",
    )


async def starts(room: Station) -> list[Figure]:
    ended = [await room.run("status") for _ in range(STARTS)]
    return [
        Figure(
            "dangyi status",
            statistics.median(one.seconds for one in ended),
            "s",
            at_most=0.4,
            counted=f"wall clock of the whole process, median of {STARTS}",
        )
    ]


def _encoder_bytes() -> int:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bench.encoder"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    return int(done.stdout)
