"""The door: adding, changing, withdrawing, showing, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.door import Catalogue
from node.catalogue.reading import find_record, seen_of
from node.errors import (
    AmbiguousRecord,
    FieldTooLarge,
    FondsExists,
    FondsNotNamed,
    InvalidValue,
    SecretRefused,
    UnknownField,
    UnknownFonds,
    UnknownRecord,
)
from node.history.sealing import seal
from node.home import Home
from node.machine import Machine
from node.search.folding import fold
from node.search.query import Query
from protocol.operations import Actor
from tests.support.real_data import real_data_folder

CLERK = Actor("其其格")
TITLE = "关于做好防汛工作的通知"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    opened = await Machine.init_room(
        Home(tmp_path / "home"), "库伦镇档案室", {"0073": "库伦街道办事处"}
    )
    yield opened
    await opened.close()


@pytest.fixture
def catalogue(machine: Machine) -> Catalogue:
    return machine.catalogue


async def test_an_added_item_shows_what_was_typed_in_canonical_form(
    catalogue: Catalogue,
) -> None:
    record = await catalogue.add(
        CLERK,
        None,
        {
            "题名": f" {TITLE} ",
            "文号": "库政发[2020]12号",
            "date": "2020年6月1日",
            "creators": "库伦旗人民政府、水利局",
            "code": "0073-WS.2020-Y-BGS-0001",
            "pages": 3,
        },
    )
    assert record.code == "0073-WS·2020-Y-BGS-0001"
    assert record.state == "active"
    assert record.fonds == "0073"
    assert dict(record.fields) == {
        "code": "0073-WS·2020-Y-BGS-0001",
        "title": TITLE,
        "doc_no": "库政发〔2020〕12号",
        "creators": ["库伦旗人民政府", "水利局"],
        "date": "20200601",
        "year": 2020,
        "retention_code": "Y",
        "item_no": 1,
        "pages": 3,
    }
    json.dumps(record.to_json())


async def test_an_id_is_handed_out_only_after_sealing(machine: Machine) -> None:
    record = await machine.catalogue.add(CLERK, "0073", {"title": TITLE})
    found = await machine.store.read(lambda rows: rows.journal.amount())
    assert found[0] == 0
    row = await machine.store.read(lambda rows: find_record(rows, record.id, ()))
    assert row.n == int(record.id.split("-")[1])


async def test_setting_names_what_was_seen_and_writes_only_what_differs(
    machine: Machine,
) -> None:
    catalogue = machine.catalogue
    record = await catalogue.add(
        CLERK, None, {"title": TITLE, "creators": ["甲局", "乙局"], "pages": "5"}
    )
    before = len((await catalogue.show(CLERK, record.id)).history)
    same = await catalogue.set(CLERK, record.id, {"title": TITLE, "pages": 5})
    assert same.fields == record.fields
    assert len((await catalogue.show(CLERK, record.id)).history) == before
    changed = await catalogue.set(
        CLERK, record.id, {"题名": "新题名", "责任者": ["乙局", "丙局"], "pages": ""}
    )
    assert changed.fields["title"] == "新题名"
    assert changed.fields["creators"] == ["乙局", "丙局"]
    assert "pages" not in changed.fields
    kinds = [c.kind for c in (await catalogue.show(CLERK, record.id)).history[before:]]
    assert kinds == ["set", "set", "add", "remove"]


async def test_a_form_left_open_does_not_overwrite_what_came_since(
    machine: Machine,
) -> None:
    catalogue = machine.catalogue
    record = await catalogue.add(CLERK, None, {"title": TITLE})
    form = (await catalogue.show(CLERK, record.id)).seen
    await catalogue.set(Actor("白音"), record.id, {"title": "甲"})
    await catalogue.set(CLERK, record.id, {"title": "乙"}, form)
    row = await machine.store.read(lambda rows: find_record(rows, record.id, ()))
    seen = await machine.store.read(lambda rows: seen_of(rows, row))
    assert len(seen.dots[11]) == 2


async def test_withdrawing_hides_and_restoring_brings_back(
    catalogue: Catalogue,
) -> None:
    record = await catalogue.add(CLERK, None, {"title": TITLE})
    gone = await catalogue.withdraw(CLERK, record.id, "重复著录")
    assert gone.state == "withdrawn"
    assert (await catalogue.search(CLERK, Query(("防汛",)))).total == 0
    everything = Query(("防汛",), {"state": "all"})
    assert (await catalogue.search(CLERK, everything)).total == 1
    back = await catalogue.restore(CLERK, record.id, "并非重复")
    assert back.state == "active"
    assert (await catalogue.search(CLERK, Query(("防汛",)))).total == 1
    assert (await catalogue.counts(CLERK)).items == 1


async def test_codes_name_records_unless_two_have_one(catalogue: Catalogue) -> None:
    values = {"title": TITLE, "code": "0073-1-0001-001"}
    record = await catalogue.add(CLERK, None, values)
    assert (await catalogue.show(CLERK, "0073-1-0001-001")).record == record
    other = await catalogue.add(CLERK, None, {**values, "title": "别的"})
    with pytest.raises(AmbiguousRecord) as caught:
        await catalogue.show(CLERK, "0073-1-0001-001")
    assert set(caught.value.found) == {record.id, other.id}
    with pytest.raises(UnknownRecord):
        await catalogue.show(CLERK, "0073-1-0001-002")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({}, InvalidValue),
        ({"title": "  "}, InvalidValue),
        ({"title": "x" * 501}, InvalidValue),
        ({"title": TITLE, "date": "20190230"}, InvalidValue),
        ({"title": TITLE, "code": "0073-WS·2020-Y-BGS-001"}, InvalidValue),
        ({"title": TITLE, "pages": "许多"}, InvalidValue),
        ({"title": TITLE, "密级": "机密★10年"}, SecretRefused),
        ({"title": TITLE, "备注": "绝密★"}, SecretRefused),
        ({"title": TITLE, "tilte": "x"}, UnknownField),
        ({"title": TITLE, "legacy_raw": "x"}, UnknownField),
        ({"title": "\ud800"}, InvalidValue),
        ({"title": TITLE, "notes": ["注" * 19_990 + str(i) for i in range(20)]},
         FieldTooLarge),
    ],
)  # fmt: skip
async def test_what_cannot_be_kept_is_refused_before_it_is_saved(
    machine: Machine, values: dict[str, str | list[str]], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await machine.catalogue.add(CLERK, None, values)
    assert await machine.store.read(lambda rows: rows.records.count()) == 1


async def test_the_nearest_field_is_offered(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownField) as caught:
        await catalogue.add(CLERK, None, {"tilte": "x"})
    assert caught.value.nearest == "title"


async def test_fonds_are_named_where_there_are_several(catalogue: Catalogue) -> None:
    await catalogue.open_fonds(CLERK, "0074", "库伦镇人民政府")
    with pytest.raises(FondsExists):
        await catalogue.open_fonds(CLERK, "0074", "又一个")
    with pytest.raises(FondsNotNamed):
        await catalogue.add(CLERK, None, {"title": TITLE})
    with pytest.raises(UnknownFonds):
        await catalogue.add(CLERK, "9999", {"title": TITLE})
    by_code = await catalogue.add(
        CLERK, None, {"title": TITLE, "code": "0074-1-0001-001"}
    )
    assert by_code.fonds == "0074"
    assert [fonds.code for fonds in await catalogue.fonds(CLERK)] == ["0073", "0074"]


async def test_naughty_strings_come_back_as_they_were_typed(
    machine: Machine,
) -> None:
    folder = real_data_folder()
    if folder is None:
        pytest.skip("no real data here (DANGYI_DATA)")
    strings = json.loads((folder / "naughty_strings" / "blns.json").read_text())
    catalogue = machine.catalogue
    kept = 0
    for text in strings[::12]:
        trimmed = text.strip()
        if not trimmed or len(trimmed) > 500:
            continue
        record = await catalogue.add(CLERK, None, {"title": text})
        assert record.fields["title"] == trimmed
        for word in trimmed.split()[:1]:
            found = await catalogue.search(CLERK, Query((word,), limit=1000))
            assert not fold(word) or record.id in {r.id for r in found.results}
        kept += 1
    assert kept > 30
    await seal(machine.store, machine.keys, machine.home, machine.clock)


@pytest.mark.parametrize("name", ["", "  ", "\ud800", "名" * 400])
async def test_a_person_needs_a_name_that_can_be_kept(
    catalogue: Catalogue, name: str
) -> None:
    with pytest.raises(InvalidValue):
        await catalogue.add(Actor(name), None, {"title": TITLE})
