"""Extracts over sockets and on sticks, and what they cost."""

from __future__ import annotations

from pathlib import Path

from node.catalogue.agreement_words import Terms
from node.exchange.exporting import export_workbook
from node.machine import Machine
from node.search.query import Query
from sync.courier import read_bundle, write_bundle
from tests.support.county import CLERK, County, add_many, county, fill

TERMS = Terms(until="2027-12-31")


async def lent(room: Machine, word: str) -> int:
    """How many rows of extracts the room finds."""
    page = await room.catalogue.extracts.search(CLERK, Query((word,)))
    return page.total


async def two_rooms(made: County) -> tuple[Machine, Machine]:
    first = await made.room("甲室", is_first=True)
    second = await made.room("乙室", ("B02",), is_first=True)
    return first, second


async def test_an_agreement_reaches_the_room_over_a_network(tmp_path: Path) -> None:
    async with county(tmp_path) as made:
        first, second = await two_rooms(made)
        await add_many(first, 12)
        await made.sync(first)
        await made.sync(second)
        idle = await made.sync(second)
        agreements = made.hub.catalogue.agreements
        view = await agreements.add(CLERK, "乙室", "A01", TERMS)
        report = await made.sync(second)
        assert report.requests == 2
        assert await lent(second, "计划") == 12
        again = await made.sync(second)
        assert again.requests == 1
        assert again.bytes_down == idle.bytes_down
        assert again.bytes_up - idle.bytes_up < 64
        await agreements.end(CLERK, view.agreement.printed)
        await made.sync(second)
        assert await lent(second, "计划") == 0
        after = await made.sync(second)
        assert (after.bytes_up, after.bytes_down) == (idle.bytes_up, idle.bytes_down)


async def test_an_extract_goes_on_a_stick(tmp_path: Path) -> None:
    async with county(tmp_path) as made:
        first, second = await two_rooms(made)
        await add_many(first, 12)
        await made.sync(first)
        await made.sync(second)
        await made.hub.catalogue.agreements.add(CLERK, "乙室", "A01", TERMS)
        await made.hub.hub.prepare()
        stick = tmp_path / "stick"
        await write_bundle(made.hub, stick, "乙室")
        await read_bundle(second, stick)
        assert await lent(second, "计划") == 12
        await read_bundle(second, stick)
        assert await lent(second, "计划") == 12
        # The room says on its own stick what it has; the next brings only news.
        back = tmp_path / "back"
        await write_bundle(second, back)
        await read_bundle(made.hub, back)
        first_size = stick.stat().st_size
        await write_bundle(made.hub, stick, "乙室")
        assert stick.stat().st_size < first_size - 300


async def test_a_long_extract_is_paid_for_once(tmp_path: Path) -> None:
    async with county(tmp_path) as made:
        first, second = await two_rooms(made)
        await fill(first, 700)
        await made.sync(first)
        await made.sync(second)
        await made.hub.catalogue.agreements.add(CLERK, "乙室", "A01", TERMS)
        whole = await made.sync(second)
        assert await lent(second, "工作") == 700
        records = await first.catalogue.search(CLERK, Query(("（77）",)))
        await first.catalogue.set(CLERK, records.results[0].id, {"title": "改过的题名"})
        await made.sync(first)
        edit = await made.sync(second)
        assert await lent(second, "改过") == 1
        assert edit.bytes_down * 4 < whole.bytes_down


async def test_the_hubs_union_names_fonds_and_room_of_every_record(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as made:
        first, second = await two_rooms(made)
        await add_many(first, 2)
        await second.catalogue.add(CLERK, "B02", {"title": "第3号计划"})
        for room in (first, second):
            await made.sync(room)
        page = await made.hub.catalogue.search(CLERK, Query(("计划",)))
        origins = [record.to_json()["provenance"] for record in page.results]
        assert origins == [
            {"fonds": "A01", "machine": "甲室"},
            {"fonds": "A01", "machine": "甲室"},
            {"fonds": "B02", "machine": "乙室"},
        ]
        shown = await made.hub.catalogue.show(CLERK, page.results[2].id)
        assert shown.record.source == "乙室"
        # A machine knows its own name too.
        own = await second.catalogue.search(CLERK, Query(("计划",)))
        assert [record.source for record in own.results] == ["乙室"]
        table = tmp_path / "union.csv"
        done = await export_workbook(made.hub.catalogue, CLERK, table, has_sources=True)
        assert done == 3
        lines = table.read_text("utf-8-sig").splitlines()
        assert lines[0].split(",")[-2:] == ["著录于", "电子文件号"]
        assert {line.split(",")[-2] for line in lines[1:]} == {"甲室", "乙室"}
