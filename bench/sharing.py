"""What an extract of another fonds costs: bytes, its making, its search."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from random import Random  # noqa: TID251 (the same words every time, no secret)

from bench.corpus import one_fonds, write_list
from bench.exchanges import counted_sync, records_of
from bench.figures import Figure
from bench.stations import Serving, Station, joined_room, serving
from node.home import Home
from node.machine import Machine
from node.search.query import Query
from protocol.operations import Actor
from sync.floor import floor_bytes

ENTRIES = 20_000
LENDER = {"0001": "通辽市科尔沁区科尔沁街道办事处"}
READER = {"0002": "通辽市科尔沁区水利局"}
SHOWN = frozenset(
    {
        "code",
        "title",
        "doc_no",
        "creators",
        "date",
        "year",
        "retention_code",
        "category",
        "level",
    }
)
SEARCHES = 200
ACTOR = Actor("量")


async def bench_sharing(folder: Path, sized: Callable[[int], int]) -> list[Figure]:
    """One room lends its catalogue to another, corrects a title, ends it."""
    hub = Station(folder / "hub")
    await hub.run("init", "--hub", "--name", "中心")
    lists = folder / "list.csv"
    write_list(lists, one_fonds(sized(ENTRIES)))
    async with serving(hub) as door:
        lender = await joined_room(folder / "lender", hub, door, LENDER, "甲室")
        await lender.run("import", str(lists), "--fonds", "0001")
        await counted_sync(lender, door)
        reader = await joined_room(folder / "reader", hub, door, READER, "乙室")
        await counted_sync(reader, door)
        _, idle = await counted_sync(reader, door)
        share = ("hub", "share", "add", "乙室", "--fonds=0001", "--until=2099-12-31")
        agreement = (await hub.run(*share)).document["id"]
        records = await records_of(lender)
        figures = [await first_extract(reader, door, records)]
        _, lent_idle = await counted_sync(reader, door)
        figures.append(
            Figure(
                "idle exchange of a room that holds one extract",
                lent_idle,
                "B",
                at_most=700,
                counted=f"bytes at the link both ways; {idle:,} before it held one",
            )
        )
        await correct_title(lender, str(records[len(records) // 2]["id"]))
        await counted_sync(lender, door)
        ended, carried = await counted_sync(reader, door)
        figures.append(
            Figure(
                "one title corrected in a lent fonds",
                carried,
                "B",
                counted="bytes at the link both ways of the reader's exchange,"
                f" {ended.seconds:.1f} s",
            )
        )
        figures.append(await searching(reader, records))
        await hub.run("hub", "share", "end", agreement)
        ended, _ = await counted_sync(reader, door)
        figures.append(
            Figure("an extract is dropped", ended.seconds, "s", counted="`dangyi sync`")
        )
    return figures


async def correct_title(room: Station, record_id: str) -> None:
    machine = await Machine.open(Home(room.home))
    try:
        title = {"title": "关于更正题名的通知"}
        await machine.catalogue.set(ACTOR, record_id, title)
    finally:
        await machine.close()


async def first_extract(
    reader: Station, door: Serving, records: list[dict[str, object]]
) -> Figure:
    """The first exchange behind an agreement brings all of it."""
    fields = [record["fields"] for record in records]
    shown = [
        {name: value for name, value in each.items() if name in SHOWN}
        for each in fields
        if isinstance(each, dict)
    ]
    floor = floor_bytes(shown)
    seconds, carried, exchanges = 0.0, 0, 0
    while not (await reader.run("shared")).document["extracts"][:1] or exchanges == 0:
        ended, more = await counted_sync(reader, door)
        carried += more
        seconds += ended.seconds
        exchanges += 1
    count = len(records)
    return Figure(
        "extract ÷ floor",
        carried / floor,
        "×",
        counted=f"{carried:,} bytes at the link both ways of {count:,} rows"
        f" ({carried / count:.1f} a row), {exchanges} exchanges, {seconds:.1f} s with"
        f" the hub's making of it; floor {floor:,}: the same values as columns under"
        " zstd -19",
    )


async def searching(reader: Station, records: list[dict[str, object]]) -> Figure:
    """Parts of titles, looked for in the extract."""
    dice = Random(7)
    titles = [
        str(each["title"])
        for record in records
        if isinstance(each := record["fields"], dict) and each.get("title")
    ]
    machine = await Machine.open(Home(reader.home))
    taken = []
    try:
        for _ in range(SEARCHES):
            title = dice.choice(titles)
            length = dice.randint(1, min(6, len(title)))
            start = dice.randint(0, len(title) - length)
            query = Query((title[start : start + length],))
            began = time.perf_counter()
            await machine.catalogue.extracts.search(ACTOR, query)
            taken.append(time.perf_counter() - began)
    finally:
        await machine.close()
    taken.sort()
    return Figure(
        "search in an extract, p95",
        1000 * taken[int(0.95 * len(taken))],
        "ms",
        at_most=50,
        counted=f"{SEARCHES} parts of titles, 1 to 6 characters, 20 results read;"
        f" median {1000 * statistics.median(taken):.1f} ms",
    )
