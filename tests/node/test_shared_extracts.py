"""Extracts from a hub to a room that may read another's fonds, byte for byte in memory.

The hub and its rooms are whole machines; what travels between them passes the codecs.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from node.catalogue import edition_parts
from node.catalogue.agreement_errors import UnknownAgreement
from node.catalogue.agreement_words import Terms, end_of_day, last_day
from node.catalogue.agreements import AgreementView
from node.catalogue.machines import UnknownMachine
from node.errors import InvalidValue
from node.history.extracts import LEFT_OUT, held_item
from node.machine import Machine
from node.search.query import Query
from node.store.port import Rows
from protocol.extracts import (
    ExtractHead,
    ExtractPart,
    decode_extract,
    decode_held,
    encode_extract,
    encode_held,
    sign_head,
    sign_part,
)
from protocol.messages import ExtractItem, Item
from tests.support.exchanges import Fault
from tests.support.union import CLERK, UNTIL, Union


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A union that was made once, closed."""
    folder = tmp_path_factory.mktemp("union")

    async def make() -> None:
        await (await Union.make(folder)).close()

    asyncio.run(make())
    return folder


@pytest.fixture
async def union(made: Path, tmp_path: Path) -> AsyncIterator[Union]:
    copied = tmp_path / "union"
    shutil.copytree(made, copied)
    opened = await Union.open(copied)
    yield opened
    await opened.close()


async def test_a_room_finds_what_an_agreement_lets_it_see(union: Union) -> None:
    await union.add("关于防汛抗旱工作的通知", doc_no="内水〔2020〕3号")
    await union.add("关于春耕生产的通知")
    await union.meet(union.a)
    await union.share()
    assert await union.found("防汛") == []
    await union.meet(union.b)
    assert await union.found("防汛") == ["关于防汛抗旱工作的通知"]
    assert await union.found("通") == ["关于防汛抗旱工作的通知", "关于春耕生产的通知"]
    assert await union.found("内水〔2020〕3号") == ["关于防汛抗旱工作的通知"]
    assert await union.found("教育") == []
    assert await union.found("通知", year="2020", fonds="0073") != []
    assert await union.found("通知", year="2021") == []
    assert await union.found("通知", fonds="0074") == []
    assert await union.found("通知", state="withdrawn") == []
    query = Query(("防汛",))
    (record,) = (await union.b.catalogue.extracts.search(CLERK, query)).results
    assert record.id == union.ids[0]
    assert record.to_json()["provenance"] == {
        "kind": "extract",
        "fonds": "0073",
        "title": "水利局全宗",
        "hub": "科左中旗档案馆",
        "made_at": record.made_at,
        "until": UNTIL,
    }


async def test_an_extract_is_in_no_count_search_or_export_of_the_room(
    union: Union,
) -> None:
    await union.add("关于防汛抗旱工作的通知")
    await union.meet(union.a)
    before = await union.b.catalogue.counts(CLERK)
    await union.share()
    await union.meet(union.b)
    assert await union.b.catalogue.counts(CLERK) == before
    assert (await union.b.catalogue.search(CLERK, Query(("防汛",)))).total == 0
    exported = [each async for each in union.b.catalogue.export_rows(CLERK)]
    assert exported == []
    report = await union.b.verify(rebuild=True)
    assert not report.faults


async def test_only_what_the_terms_say_and_nothing_that_is_held_back(
    union: Union,
) -> None:
    await union.add("甲件", year="2019", code="0073-WS·2019-Y-BGS-0001")
    await union.add("乙件", code="0073-WS·2020-Y-BGS-0001", notes="内部附注")
    await union.add("丁件", code="0073-WS·2020-Y-BGS-0002", disclosure="不予公开")
    await union.add("戊件", code="0073-WS·2020-Y-BGS-0003", open_status="控制")
    gone = await union.add("己件", code="0073-WS·2020-Y-BGS-0004")
    await union.a.catalogue.withdraw(CLERK, gone, "重复")
    await union.meet(union.a)
    await union.share(categories=("WS",), years="2020-2021", fields=("code",))
    await union.meet(union.b)
    assert await union.found() == ["乙件"]
    (record,) = (await union.b.catalogue.extracts.search(CLERK, Query())).results
    assert record.code == "0073-WS·2020-Y-BGS-0001"
    assert set(record.fields) <= {"title", "code", "year", "category", "level"}
    await union.share(categories=("KJ",))
    await union.meet(union.b)
    assert await union.found() == ["乙件"]


async def test_what_changes_in_the_fonds_comes_as_a_new_edition(union: Union) -> None:
    for number in range(40):
        await union.add(f"第{number}件")
    await union.meet(union.a)
    await union.share()
    await union.meet(union.b)
    assert len(await union.found("件")) == 40
    await union.a.catalogue.set(CLERK, union.ids[3], {"title": "改过的一件"})
    await union.a.catalogue.withdraw(CLERK, union.ids[4], "重复")
    await union.add("新的一件")
    await union.meet(union.a)
    assert len(await union.found("件")) == 40
    await union.meet(union.b)
    assert await union.found("改过") == ["改过的一件"]
    assert await union.found("第3件") == []
    assert await union.found("第4件") == []
    assert len(await union.found("件")) == 40


async def test_what_has_not_changed_is_not_sent_again(union: Union) -> None:
    await union.add("第一件")
    await union.meet(union.a)
    view = await union.share()
    assert await union.meet(union.b) == 2
    first = await edition(union, view)
    assert await union.meet(union.b) == 1
    assert await edition(union, view) == first
    # Something stands in the fonds' order that the agreement does not show.
    await union.a.catalogue.set(CLERK, union.ids[0], {"notes": "不在共享范围"})
    await union.meet(union.a)
    await union.meet(union.b)
    assert (await edition(union, view))[:2] == first[:2]


async def edition(union: Union, view: AgreementView) -> tuple[int, bytes, bytes]:
    row = await union.hub.store.read(
        lambda rows: rows.editions.newest(view.agreement.id)
    )
    assert row is not None
    return row.serial, row.parts, row.stamp


async def test_an_agreement_that_ends_is_gone_when_the_room_hears_of_it(
    union: Union,
) -> None:
    await union.add("第一件")
    await union.meet(union.a)
    view = await union.share()
    await union.meet(union.b)
    old = await union.items()
    assert await union.found("件") == ["第一件"]
    ended = await union.hub.catalogue.agreements.end(CLERK, view.agreement.printed)
    assert not ended.agreement.is_active
    await union.meet(union.b)
    assert await union.found("件") == []
    assert await union.b.catalogue.extracts.all(CLERK) == ()
    await union.meet(union.b)
    assert await rows_left(union.b) == (0, 0)
    # What was on its way before does not bring it back.
    await union.take(*old)
    assert await union.found("件") == []
    with pytest.raises(UnknownAgreement):
        await union.hub.catalogue.agreements.end(CLERK, view.agreement.printed)


async def rows_left(machine: Machine) -> tuple[int, int]:
    """Parts of extracts, and rows that can be found, whoever may see them."""

    def work(rows: Rows) -> tuple[int, int]:
        held = rows.extracts.all()
        parts = [rows.extracts.part_ids(each.extract_no) for each in held]
        amounts = [rows.extracts.amount(each.extract_no) for each in held]
        return sum(map(len, parts)), sum(amounts)

    return await machine.store.read(work)


async def test_its_day_ends_by_hub_time_and_is_hidden_by_the_rooms_own_clock(
    union: Union,
) -> None:
    await union.add("第一件")
    await union.meet(union.a)
    await union.share()
    await union.meet(union.b)
    assert await union.found("件") == ["第一件"]
    over = end_of_day(UNTIL)
    assert last_day(over) == UNTIL
    now = union.clock.time
    # A clock that runs ahead hides it, and destroys nothing.
    union.clock.time = over
    assert await union.found("件") == []
    union.clock.time = 0
    assert await union.found("件") == ["第一件"]
    union.clock.time = now
    await union.meet(union.b)
    assert (await rows_left(union.b))[1] == 1
    # The hub's own word is what drops it, also from a room whose clock stands still.
    union.clock.time = over
    await union.meet(union.b)
    union.clock.time = 0
    assert await union.found("件") == []
    assert await rows_left(union.b) == (0, 0)


async def test_a_cut_anywhere_costs_what_was_on_its_way_and_the_rest_follows(
    union: Union,
) -> None:
    for number in range(8):
        await union.add(f"第{number}件")
    await union.meet(union.a)
    await union.share(years="")
    await break_into_parts(union)
    for after in range(1, 6):
        await union.request(union.b, fault=Fault(down_after=after))
    titles = await union.found("件")
    assert titles == [] or len(titles) == 8
    await union.meet(union.b)
    assert len(await union.found("件")) == 8
    assert await union.meet(union.b) == 1


async def break_into_parts(union: Union) -> None:
    """Make the hub's next edition of one row a part."""
    await union.hub.hub.prepare()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edition_parts, "EXTRACT_ROWS_LIMIT", 1)
        await union.items()


async def test_parts_that_are_held_are_not_sent_again_after_a_cut(union: Union) -> None:
    for number in range(8):
        await union.add(f"第{number}件")
    await union.meet(union.a)
    await union.share()
    await break_into_parts(union)
    await union.request(union.b)
    await union.request(union.b, fault=Fault(down_after=5))
    held = await held_by_b(union)
    left = [decode(each) for each in await union.items(held=held, is_live=True)]
    assert len(left) == 3
    assert all(isinstance(each, ExtractPart) for each in left)
    await union.meet(union.b)
    assert len(await union.found("件")) == 8


async def held_by_b(union: Union) -> bytes:
    item = await union.b.store.read(held_item)
    assert item is not None
    return item.payload


def decode(item: Item) -> ExtractHead | ExtractPart:
    assert isinstance(item, ExtractItem)
    return decode_extract(item.payload)


async def test_a_narrow_budget_brings_it_in_several_requests(union: Union) -> None:
    for number in range(8):
        await union.add(f"第{number}件")
    await union.meet(union.a)
    await union.share()
    await break_into_parts(union)
    await union.meet(union.b)  # what came before the extract
    assert len(await union.found("件")) == 8
    await union.share(level="all")
    await break_into_parts(union)
    assert await union.meet(union.b, budget_bytes=100) > 3
    assert len(await union.found("件")) == 16


async def test_what_is_not_the_hubs_word_to_this_room_is_left_out_alone(
    union: Union,
) -> None:
    await union.add("第一件")
    await union.meet(union.a)
    await union.share()
    head, part = [decode(each) for each in await union.items()]
    assert isinstance(head, ExtractHead)
    assert isinstance(part, ExtractPart)
    seed = union.hub.keys.machine_seed
    own = await union.b.store.read(lambda rows: rows.logs.own())
    assert own is not None
    reader = own.public_key or b""
    other = await union.a.store.read(lambda rows: rows.logs.own())
    assert other is not None
    garbled = sign_part(ExtractPart(part.extract, b"\x97" + bytes(6)), reader, seed)
    wanted = replace(head, parts=(garbled.id,), serial=head.serial + 1)
    bad = [
        b"",
        b"\xff" * 40,
        encode_extract(part)[:-1],
        encode_extract(replace(part, signature=bytes(64))),
        encode_extract(sign_head(head, other.public_key or b"", seed)),
        encode_extract(sign_head(head, reader, union.b.keys.machine_seed)),
        encode_extract(garbled),
        encode_extract(sign_head(replace(head, until=1), reader, seed)),
        encode_extract(sign_head(replace(head, kind=77), reader, seed)),
    ]
    good = [as_item(head), as_item(part)]
    await union.take(*(ExtractItem(each) for each in bad), *good)
    assert await union.found("件") == ["第一件"]
    left_out = await union.b.store.read(lambda rows: rows.settings.get(LEFT_OUT))
    assert left_out[0] >= 6
    # Content that is no table: the edition never becomes whole, the older one stays.
    again = ExtractItem(encode_extract(sign_head(wanted, reader, seed)))
    await union.take(again, ExtractItem(encode_extract(garbled)))
    assert await union.found("件") == ["第一件"]
    await union.meet(union.b)
    assert await union.found("件") == ["第一件"]


def as_item(found: ExtractHead | ExtractPart) -> ExtractItem:
    return ExtractItem(encode_extract(found))


async def test_parts_of_two_editions_do_not_mix(union: Union) -> None:
    await union.add("第一件")
    await union.meet(union.a)
    await union.share()
    head_1, part_1 = await union.items()
    await union.a.catalogue.set(CLERK, union.ids[0], {"title": "第一件改"})
    await union.meet(union.a)
    head_2, part_2 = await union.items()
    await union.take(head_1, part_2, head_2, part_1)
    assert await union.found("件") == []
    await union.take(head_1, part_2)
    assert await union.found("件") == ["第一件改"]
    await union.take(head_1, part_1)
    assert await union.found("件") == ["第一件改"]


async def test_a_restored_hub_rises_above_what_rooms_hold(union: Union) -> None:
    await union.add("第一件")
    await union.meet(union.a)
    view = await union.share()
    await union.meet(union.b)
    serial, _, _ = await edition(union, view)

    def forget(rows: Rows) -> None:
        """As if the hub's copy were from before this edition."""
        row = rows.editions.newest(view.agreement.id)
        assert row is not None
        rows.editions.put(row._replace(serial=serial - 5, stamp=b"old"))
        rows.editions.forget(view.agreement.id, keep=0)
        rows.editions.put(row._replace(serial=serial - 5, stamp=b"old"))

    await union.hub.store.write(forget)
    union.clock.time -= 40
    await union.meet(union.b)
    assert await union.found("件") == ["第一件"]
    risen, _, _ = await edition(union, view)
    assert risen > serial
    union.clock.time += 40
    await union.hub.catalogue.agreements.end(CLERK, view.agreement.printed)
    await union.meet(union.b)
    assert await union.found("件") == []


async def test_a_hub_put_back_from_before_the_edition_makes_it_anew(
    union: Union, tmp_path: Path
) -> None:
    home, copy = tmp_path / "union" / "hub", tmp_path / "copy"
    await union.add("第一件")
    await union.meet(union.a)
    await union.share()
    await union.hub.close()
    shutil.copytree(home, copy)
    await union.open_hub(home)
    await union.meet(union.b)
    await union.hub.close()
    shutil.rmtree(home)
    shutil.copytree(copy, home)
    await union.open_hub(home)
    await union.meet(union.b)
    await union.meet(union.a)
    assert await union.found("件") == ["第一件"]
    await union.a.catalogue.set(CLERK, union.ids[0], {"title": "第一件改"})
    await union.meet(union.a)
    await union.meet(union.b)
    assert await union.found("件") == ["第一件改"]


async def test_an_agreement_that_the_hub_knows_no_more_ends(union: Union) -> None:
    await union.add("第一件")
    await union.meet(union.a)
    await union.share()
    await union.meet(union.b)
    held = await held_by_b(union)
    fresh = replace_first_byte(held)
    (item,) = [
        decode(each)
        for each in await union.items(held=fresh, is_live=True)
        if decode(each).extract != (await only_agreement(union))
    ]
    assert isinstance(item, ExtractHead)
    assert item.until == 0


def replace_first_byte(held: bytes) -> bytes:
    """The same word about an extract with another id."""
    known = decode_held(held)
    return encode_held(replace(each, extract=b"notknown") for each in known)


async def only_agreement(union: Union) -> bytes:
    (view,) = await union.hub.catalogue.agreements.all(CLERK)
    return view.agreement.id


async def test_a_room_that_may_read_the_fonds_itself_gets_no_extract_of_it(
    union: Union,
) -> None:
    await union.add("第一件")
    await union.meet(union.a)
    await union.hub.catalogue.agreements.add(
        CLERK, "水利局", "0073", Terms(until=UNTIL)
    )
    await union.meet(union.a)
    assert await union.a.catalogue.extracts.all(CLERK) == ()


async def test_an_agreement_says_who_what_and_until_when(union: Union) -> None:
    await union.meet(union.a)
    view = await union.share(categories=("ws",), years="2001-1999", level="案卷")
    assert view.to_json() == {
        "id": view.agreement.printed,
        "kind": "catalogue",
        "reader": "农业局",
        "fonds": "0073",
        "title": "水利局全宗",
        "categories": ["WS"],
        "level": "volume",
        "years": [1999, 2001],
        "until": UNTIL,
        "active": True,
    }
    assert await union.hub.catalogue.agreements.all(CLERK) == [view]
    with pytest.raises(UnknownMachine):
        await union.hub.catalogue.agreements.add(
            CLERK, "没有这个室", "0073", Terms(until=UNTIL)
        )
    for wrong in (
        {"until": "2027-13-01"},
        {"until": "2020-01-01"},
        {"years": "去年"},
        {"level": "箱"},
    ):
        with pytest.raises(InvalidValue):
            await union.share(**wrong)
    # The rooms of the fonds read to whom it is shown.
    await union.meet(union.a)
    (known,) = await union.a.catalogue.agreements.all(CLERK)
    assert known.agreement.id == view.agreement.id


async def test_the_same_agreement_once_more_only_has_a_new_end(union: Union) -> None:
    await union.add("第一件")
    await union.meet(union.a)
    view = await union.share()
    await union.meet(union.b)
    longer = await union.share(until="2030-12-31")
    assert longer.agreement.id == view.agreement.id
    sent = await union.items(held=await held_by_b(union), is_live=True)
    assert [type(decode(each)) for each in sent] == [ExtractHead]
    await union.meet(union.b)
    assert await union.found("件") == ["第一件"]
    (held,) = await union.b.catalogue.extracts.all(CLERK)
    assert last_day(held.until) == "2030-12-31"
    other = await union.share(level="all")
    assert other.agreement.id != view.agreement.id


async def test_the_list_of_what_is_digitised_reaches_every_room_or_one(
    union: Union,
) -> None:
    agreements = union.hub.catalogue.agreements
    view = await agreements.share_digests(CLERK, None)
    assert (
        await agreements.share_digests(CLERK, None)
    ).agreement.id == view.agreement.id
    for room in (union.a, union.b):
        await union.meet(room)
        data = await room.catalogue.extracts.digest_list(CLERK)
        assert data is not None
        assert data.startswith(b"DYDL")
    await agreements.end(CLERK, view.agreement.printed)
    await union.meet(union.a)
    assert await union.a.catalogue.extracts.digest_list(CLERK) is None
