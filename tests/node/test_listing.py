"""Listings in other orders, of what a query finds, and reads that are stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.listing import Order, OrderField, Stage, Where
from node.catalogue.sorting import sorted_numbers
from node.errors import ReadStopped
from node.home import Home
from node.machine import Machine
from node.search.query import Query
from node.store.port import Rows
from node.store.stopping import Stop
from protocol.operations import Actor

CLERK = Actor("其其格")
ALL = Where()
ENTRIES = (
    (
        "0001-WS·2016-D10-BGS-0002",
        "防汛工作的通知",
        "旗政发〔2016〕10号",
        "20160302",
        "12",
    ),
    (
        "0001-WS·2016-D10-BGS-0001",
        "安全生产的通知",
        "旗政发〔2016〕9号",
        "20160301",
        "3",
    ),
    ("0001-WS·2015-Y-BGS-0001", "表彰先进的决定", "", "20151231", "100"),
    ("0001-WS·2016-D30-BGS-0001", "会议纪要", "旗党字〔2016〕1号", "", ""),
    ("", "安置工作的请示", "", "20170101", "7"),
)


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    opened = await Machine.init_room(Home(tmp_path / "home"), "室", {"0001": "全宗"})
    for code, title, doc_no, date, pages in ENTRIES:
        typed = {
            "code": code,
            "title": title,
            "doc_no": doc_no,
            "date": date,
            "pages": pages,
        }
        given = {name: text for name, text in typed.items() if text}
        await opened.catalogue.add(CLERK, None, given, at_desk=True)
    yield opened
    await opened.close()


async def titles(machine: Machine, where: Where, order: Order) -> str:
    """The first character of each title, in order."""
    shelves = machine.catalogue.shelves
    listing = await shelves.listing(CLERK, where, order)
    records = await shelves.rows(CLERK, listing, 0, 99)
    assert len(records) == listing.size
    for place, record in enumerate(records):
        assert await shelves.place_of(CLERK, listing, record.id) == place
        (alone,) = await shelves.rows(CLERK, listing, place, 1)
        assert alone == record
    return "".join(str(record.fields["title"])[0] for record in records)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("code", "表安防会安"),
        ("entry", "防安表会安"),
        ("date", "表会安防安"),
        ("title", "安安表防会"),
        ("doc_no", "会安防表安"),
        ("year", "表安防会安"),
        ("retention_code", "表会安防安"),
        ("pages", "安安防表会"),
    ],
)
async def test_each_order_is_that_of_its_values(
    machine: Machine, field: OrderField, expected: str
) -> None:
    """Titles by their sound, numbers as numbers, nothing behind everything."""
    assert await titles(machine, ALL, Order(field)) == expected
    turned = await titles(machine, ALL, Order(field, is_descending=True))
    assert turned == expected[::-1]


async def test_a_query_is_narrowed_by_class_and_sorted_like_anything(
    machine: Machine,
) -> None:
    asked = Query(words=("通知",))
    assert await titles(machine, Where(query=asked), Order("title")) == "安防"
    assert await titles(machine, Where(query=asked), Order("code")) == "安防"
    assert await titles(machine, Where(query=asked), Order("entry")) == "防安"
    assert await titles(machine, Where(query=asked, year=2015), Order.CODE) == ""
    asked = Query(words=("工作",))
    drafts = frozenset({Stage.DRAFT})
    assert await titles(machine, Where(query=asked, stages=drafts), Order.CODE) == "安"
    asked = Query(filters={"文号": "旗政发"})
    assert await titles(machine, Where(query=asked), Order("pages")) == "安防"


async def test_withdrawn_records_are_listed_for_who_asks_for_them(
    machine: Machine,
) -> None:
    shelves = machine.catalogue.shelves
    listing = await shelves.listing(CLERK, ALL, Order("entry"))
    first, *_ = await shelves.rows(CLERK, listing, 0, 1)
    await machine.catalogue.withdraw(CLERK, first.id, "重复")
    assert await titles(machine, ALL, Order("entry")) == "安表会安"
    asked = Query(filters={"state": "withdrawn"})
    where = Where(query=asked, fonds="0001", year=2016)
    assert await titles(machine, where, Order.CODE) == "防"


async def test_rows_outside_the_listing_are_none(machine: Machine) -> None:
    shelves = machine.catalogue.shelves
    for order in (Order.CODE, Order("title"), Order("code", is_descending=True)):
        listing = await shelves.listing(CLERK, ALL, order)
        assert await shelves.rows(CLERK, listing, 5, 10) == ()
        assert await shelves.rows(CLERK, listing, 2, 0) == ()
        assert len(await shelves.rows(CLERK, listing, 3, 10)) == 2
    empty = await shelves.listing(CLERK, Where(year=1900))
    assert await shelves.rows(CLERK, empty, 0, 10) == ()
    everything = await shelves.listing(CLERK, ALL)
    (record,) = await shelves.rows(CLERK, everything, 0, 1)
    assert await shelves.place_of(CLERK, empty, record.id) is None


def test_many_keys_are_sorted_in_parts_as_they_would_be_at_once() -> None:
    for modulus in (1, 7, 99_991):
        values = [(n * 48_271) % modulus for n in range(60_000)]
        keys = [
            value.to_bytes(4) + b"\0" + n.to_bytes(6) for n, value in enumerate(values)
        ]
        expected = [n for _, n in sorted((v, n) for n, v in enumerate(values))]
        assert list(sorted_numbers(keys)) == expected


async def test_a_stopped_listing_ends(machine: Machine) -> None:
    stop = Stop()
    stop.set()
    with pytest.raises(ReadStopped):
        await machine.catalogue.shelves.listing(CLERK, ALL, Order("title"), stop=stop)


async def test_a_statement_is_stopped_while_it_runs(machine: Machine) -> None:
    """It would go on for ever."""
    stop = Stop()
    begun = threading.Event()

    def endless(rows: Rows) -> None:
        database = rows.settings._database  # type: ignore[attr-defined]
        begun.set()
        database.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
            " SELECT count(*) FROM n"
        ).fetchone()

    work = asyncio.create_task(machine.store.read(endless, stop))
    await asyncio.to_thread(begun.wait)
    meanwhile = await machine.catalogue.shelves.totals(CLERK)
    assert meanwhile.items == 5
    stop.set()
    with pytest.raises(ReadStopped):
        await work
    assert await machine.store.read(lambda rows: rows.records.count(), Stop()) == 6


async def test_an_error_of_a_read_that_could_be_stopped_is_told_as_it_is(
    machine: Machine,
) -> None:
    def broken(rows: Rows) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await machine.store.read(broken, Stop())
