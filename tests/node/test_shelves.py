"""Classes, keys, and leafing through the shelves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from node.catalogue.fields import CODE, DATE, FILED, LEVEL, ORG, RETENTION, STATE, YEAR
from node.catalogue.listing import ClassCount, ClassKey, Order, Stage, Where
from node.catalogue.record import Record
from node.history.checking import check
from node.history.journal import save_all
from node.home import Home
from node.machine import Machine
from node.search.places import natural_key, volume_of_code
from node.search.text import searchable
from node.store.catalogue_port import ImportState
from node.store.port import Rows
from protocol.operations import Actor, Create, Value

CLERK = Actor("其其格")
ALL = Where()
DAT22 = "0001-WS·2016-D30-BGS-0012"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    fonds = {"0001": "科尔沁街道", "0002": "西门街道"}
    opened = await Machine.init_room(Home(tmp_path / "home"), "室", fonds)
    yield opened
    await opened.close()


async def add(machine: Machine, fonds: str = "0001", **values: str) -> Record:
    typed = {"title": "关于做好防汛工作的通知", **values}
    return await machine.catalogue.add(CLERK, fonds, typed, at_desk=True)


async def listed(
    machine: Machine, where: Where = ALL, order: Order = Order.CODE
) -> list[str]:
    """Codes, or titles where there is none, as they are leafed through."""
    shelves = machine.catalogue.shelves
    listing = await shelves.listing(CLERK, where, order)
    found: list[Record] = []
    while len(found) < listing.size:
        page = await shelves.rows(CLERK, listing, len(found), 7)
        assert page
        found += page
    for place, record in enumerate(found):
        assert await shelves.place_of(CLERK, listing, record.id) == place
    return [record.code or str(record.fields["title"]) for record in found]


def place(values: dict[int, list[Value]]) -> Any:
    return searchable(values, 1).place


@pytest.mark.parametrize(
    ("code", "year", "retention", "org", "volume"),
    [
        (DAT22, 2016, "D30", "BGS", ""),
        ("0001-WS·2004-C-BGS-0001", 2004, "长期", "BGS", ""),
        ("Z109-WS·2011-Y-0001", 2011, "Y", "", ""),
        ("Z109-WS·2011·Y·办公室-0001", 2011, "Y", "办公室", ""),
        ("C015-WY·TZGG·2019·D10-00001", 2019, "D10", "", ""),
        ("0001-2-0016-003", 0, "", "", "2-16"),
        ("0001-2-0016-003-012", 0, "", "", "2-16"),
        ("A002-RS-001-002", 0, "", "", "RS-1"),
        ("K021-ZP·2019·D30-025-005", 2019, "D30", "", "ZP·2019·D30-25"),
        ("X032-KJ·JJ·02-005-054", 0, "", "", "KJ·JJ·02-5"),
        ("无从认读", 0, "", "", ""),
    ],
)
def test_the_class_is_read_from_a_code_of_any_rule(
    code: str, year: int, retention: str, org: str, volume: str
) -> None:
    found = place({LEVEL: [3], CODE: [code]})
    assert (found.year, found.retention, found.org) == (year, retention, org)
    assert found.volume == volume
    assert volume_of_code(code) == volume


def test_what_a_record_says_itself_goes_before_its_code_and_its_date() -> None:
    found = place({CODE: [DAT22], YEAR: [2017], RETENTION: ["Y"], ORG: ["民政"]})
    assert (found.year, found.retention, found.org) == (2017, "Y", "民政")
    assert place({CODE: [DAT22], DATE: ["20120101"]}).year == 2016
    assert place({DATE: ["20120101"]}).year == 2012
    assert place({DATE: ["〔²²²²〕"]}).year == 0


def test_of_several_survivors_the_least_counts_whatever_their_order() -> None:
    values: dict[int, list[Value]] = {
        CODE: [DAT22, "0001-WS·2015-Y-BGS-0003"],
        YEAR: [2017, 2015],
        RETENTION: ["Y", "D10"],
        ORG: ["民政", "办公室"],
    }
    turned = {number: found[::-1] for number, found in values.items()}
    found, other = searchable(values, 1), searchable(turned, 1)
    assert (found.place, found.shelf_key) == (other.place, other.shelf_key)
    assert (found.place.year, found.place.retention) == (2015, "D10")


def test_an_item_is_filed_when_every_survivor_says_so() -> None:
    assert place({CODE: [DAT22]}).stage == Stage.NUMBERED
    assert place({CODE: [DAT22], STATE: [FILED]}).stage == Stage.FILED
    assert place({CODE: [DAT22], STATE: ["draft", FILED]}).stage == Stage.NUMBERED
    assert place({STATE: [FILED]}).stage == Stage.DRAFT


def test_keys_sort_as_codes_do() -> None:
    codes = [
        "0001-2-0009-001",
        "0001-2-0010-001",
        "0001-2-0010-002",
        "0001-2-0010-010",
        "0001-10-0001-001",
        "0001-WS·2016-D30-BGS-0002",
        "0001-WS·2016-D30-BGS-0010",
        "0001-WS·2016-D30-BGS-10000",
        "0002-1-0001-001",
    ]
    for before, after in pairwise(codes):
        assert natural_key(before) < natural_key(after)


def test_values_of_no_sense_have_a_place_too() -> None:
    for value in ("", "-", "--", "·", "-·-", "9" * 300, "〔〕", "\ud800x"[1:], "²-²-²"):
        values: dict[int, list[Value]] = {number: [value] for number in range(3, 47)}
        assert searchable(values, 1).place.stage == Stage.NUMBERED
    for odd in (None, b"x", (1, 2), -5, 2**60):
        values = {number: [odd] for number in range(3, 47)}
        searchable(values, 1)


async def test_items_stand_by_volume_then_by_year_term_office_and_number(
    machine: Machine,
) -> None:
    codes = [
        "0001-2-0009-001",
        "0001-2-0009-002",
        "0001-2-0010-001",
        "0001-WS·2015-Y-BGS-0001",
        "0001-WS·2016-D10-BGS-0001",
        "0001-WS·2016-D10-BGS-0002",
        "0001-WS·2016-D10-BGS-0010",
        "0001-WS·2016-D10-MZB-0001",
        "0001-WS·2016-Y-BGS-0001",
    ]
    for code in [*codes[1::2], *codes[::2]][::-1]:
        await add(machine, code=code)
    await add(machine, fonds="0002", code="0002-WS·2016-Y-BGS-0001")
    await add(machine, title="后收", year="2016", retention_code="Y", date="20161231")
    await add(machine, title="先收", year="2016", retention_code="Y", date="20160101")
    shelf = [*codes[:-1], codes[-1]]
    assert await listed(machine, Where(fonds="0001")) == [
        *shelf[:8],
        "先收",
        "后收",
        shelf[8],
    ]
    assert await listed(machine, Where(fonds="0001", volume="2-0009")) == shelf[:2]
    assert await listed(machine, Where(year=2016, retention="D10", org="BGS")) == [
        *shelf[4:7]
    ]
    assert (
        await listed(
            machine,
            Where(year=2016, retention="D10"),
            Order("code", is_descending=True),
        )
        == [*shelf[4:8]][::-1]
    )
    assert await listed(machine, Where(stages=frozenset({Stage.DRAFT}))) == [
        "先收",
        "后收",
    ]
    assert await listed(machine, Where(fonds="0002")) == ["0002-WS·2016-Y-BGS-0001"]
    assert await listed(machine, Where(fonds="0009")) == []
    totals = await machine.catalogue.shelves.totals(CLERK)
    assert (totals.drafts, totals.numbered, totals.filed) == (2, 10, 0)
    assert (totals.volumes, totals.fonds) == (0, 2)


async def test_a_fonds_that_several_rooms_opened_is_one(machine: Machine) -> None:
    (first, *_) = await machine.catalogue.fonds(CLERK)
    born = ((LEVEL, 1), (CODE, first.code))

    def open_again(rows: Rows) -> None:
        save_all(rows, first.scope_no, lambda n: (Create(n, CLERK, 1, born, ()),))

    before = await machine.catalogue.shelves.totals(CLERK)
    await machine.store.write(open_again)
    assert await machine.catalogue.shelves.totals(CLERK) == before


async def test_a_volume_of_several_years_is_one_run(machine: Machine) -> None:
    codes = [f"0001-2-0009-{number:03d}" for number in range(1, 13)]
    for number, code in enumerate(codes):
        await add(machine, code=code, date=f"19{70 + number % 5}0101")
    assert await listed(machine) == codes
    classes = await machine.catalogue.shelves.classes(CLERK, "0001")
    assert {each.key.volume for each in classes if each.key.level == "item"} == {"2-9"}
    assert len(classes) == 1 + 5


async def test_volumes_are_leafed_through_beside_their_items(machine: Machine) -> None:
    volumes = [f"0001-2-{number:04d}" for number in range(1, 31)]
    for number, code in enumerate(volumes):
        await add(machine, level="volume", code=code, year=str(1950 + number))
    await add(machine, code="0001-2-0007-001")
    assert await listed(machine, Where(level="volume")) == volumes
    assert await listed(machine, Where(level="item")) == ["0001-2-0007-001"]
    assert (await listed(machine))[-1] == "0001-2-0007-001"
    assert (await machine.catalogue.shelves.totals(CLERK)).volumes == 30


async def test_amounts_follow_every_change(machine: Machine) -> None:
    shelves = machine.catalogue.shelves
    record = await add(machine, year="2016", retention_code="Y")
    draft = ClassKey("0001", "item", "WS", 2016, "Y", "", "", Stage.DRAFT)
    assert ClassCount(draft, 1) in await shelves.classes(CLERK)
    version = await shelves.version(CLERK)
    changed = {"code": "0001-WS·2016-Y-BGS-0001"}
    await machine.catalogue.set(CLERK, record.id, changed, at_desk=True)
    assert await shelves.version(CLERK) != version
    found = {each.key: each.amount for each in await shelves.classes(CLERK)}
    assert draft not in found
    numbered = ClassKey("0001", "item", "WS", 2016, "Y", "BGS", "", Stage.NUMBERED)
    assert found[numbered] == 1
    await machine.catalogue.withdraw(CLERK, record.id, "重复")
    assert (await shelves.totals(CLERK)).items == 0
    assert await listed(machine) == []
    await machine.catalogue.restore(CLERK, record.id, "误撤")
    assert (await shelves.totals(CLERK)).items == 1
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert report.faults == []


async def test_a_wrong_amount_and_a_wrong_place_are_found_and_mended(
    machine: Machine,
) -> None:
    await add(machine, code=DAT22)

    def spoil(rows: Any) -> None:
        database = rows.records._database
        database.execute("UPDATE classes SET amount = amount + 3 WHERE level = 3")
        database.execute("UPDATE records SET shelf_key = x'0101' WHERE level = 3")

    await machine.store.write(spoil)
    assert (await machine.catalogue.shelves.totals(CLERK)).items == 4
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert sorted(fault.reason for fault in report.faults) == [
        "amount-differs",
        "row-differs",
    ]
    assert (await machine.catalogue.shelves.totals(CLERK)).items == 1
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert report.faults == []


async def test_an_import_under_way_is_neither_shown_nor_counted(
    machine: Machine, tmp_path: Path
) -> None:
    await add(machine, code=DAT22)
    path = tmp_path / "list.csv"
    lines = [f"关于第{number}件事的通知,20160203,2016" for number in range(40)]
    path.write_text("\n".join(["题名,日期,年度", *lines]), "utf-8")
    result = await machine.catalogue.import_workbook(CLERK, path, "0001")
    assert result.added == 40
    shelves = machine.catalogue.shelves
    assert (await shelves.totals(CLERK)).drafts == 40

    def set_state(state: ImportState) -> Any:
        def work(rows: Rows) -> None:
            (row,) = rows.imports.all()
            rows.imports.update(row._replace(state=int(state)))

        return machine.store.write(work)

    await set_state(ImportState.LIVE)
    assert (await shelves.totals(CLERK)).drafts == 0
    for order in (Order.CODE, Order("entry"), Order("title"), Order("year")):
        assert await listed(machine, ALL, order) == [DAT22]
    late = await add(machine, title="其间所录", year="2016", date="20160203")
    assert await listed(machine) == [late.fields["title"], DAT22]
    await set_state(ImportState.DONE)
    assert len(await listed(machine)) == 42
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert report.faults == []
