"""Extracts where a room, a hub or a clock goes wrong: nothing else is stopped."""

from __future__ import annotations

import asyncio
import shutil
from base64 import b85encode
from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from node.catalogue.agreement_words import end_of_day
from node.history.journal import save_all
from node.keys import KeyFolder
from node.search.query import Query
from node.store.port import Rows
from protocol.extract_rows import ExtractRow, ExtractTable, encode_rows
from protocol.extracts import (
    ExtractHead,
    ExtractKind,
    ExtractPart,
    Held,
    decode_extract,
    encode_extract,
    encode_held,
    sign_head,
    sign_part,
)
from protocol.identity import Dot
from protocol.messages import ExtractItem
from protocol.operations import Create, Value
from tests.support.union import CLERK, UNTIL, Union

YEAR_SECONDS = 365 * 86_400


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


async def write_plainly(union: Union, values: Mapping[int, Value]) -> None:
    """Room A writes a record past every check of the catalogue."""
    fonds = {each.code: each for each in await union.a.catalogue.fonds(CLERK)}
    born = tuple(sorted(values.items()))
    now = union.clock.now()

    def work(rows: Rows) -> None:
        scope_no = fonds["0073"].scope_no
        save_all(rows, scope_no, lambda n: (Create(n, CLERK, now, born, ()),))

    await union.a.store.write(work)


async def test_a_record_that_fits_no_part_keeps_the_others_from_nobody(
    union: Union,
) -> None:
    await union.add("好的一件")
    long = "".join(
        b85encode(sha256(bytes([n % 256, n // 256])).digest()).decode()
        for n in range(6500)
    )
    more = dict.fromkeys((12, 18, 26, 36, 38, 39, 40, 42), long[:1000])
    await write_plainly(union, {3: 3, 4: long, 11: "太长的一件", 15: 2020, **more})
    await union.meet(union.a)
    await union.share()
    await union.meet(union.b)
    assert await union.found() == ["好的一件", "太长的一件"]


async def test_a_fonds_whose_title_is_too_long_for_a_head_is_told_shortened(
    union: Union,
) -> None:
    fonds = {each.code: each for each in await union.a.catalogue.fonds(CLERK)}
    title = {"title": "长" * 500}
    await union.a.catalogue.set(CLERK, fonds["0073"].record_id, title)
    await union.add("好的一件")
    await union.meet(union.a)
    await union.share()
    await union.meet(union.b)
    assert await union.found() == ["好的一件"]
    (extract,) = await union.b.catalogue.extracts.all(CLERK)
    assert extract.title == "长" * 255 + "…"


async def test_an_end_that_a_wrong_clock_said_does_not_outlive_a_new_day(
    union: Union,
) -> None:
    await union.add("好的一件")
    await union.meet(union.a)
    await union.share()
    await union.meet(union.b)
    now = union.clock.now()
    union.clock.time = now + 3 * YEAR_SECONDS
    await union.meet(union.b)
    assert await union.found() == []
    union.clock.time = now + 60
    await union.share(until="2040-12-31")
    await union.meet(union.b)
    await union.meet(union.b)
    assert await union.found() == ["好的一件"]


async def test_ends_are_told_before_parts_of_what_goes_on(union: Union) -> None:
    await union.add("好的一件")
    await union.meet(union.a)
    view = await union.share()
    held = encode_held([Held(view.agreement.id, 0, 5), Held(b"notknown", 5)])
    first = (await union.items(held=held))[0]
    assert isinstance(first, ExtractItem)
    head = decode_extract(first.payload)
    assert isinstance(head, ExtractHead)
    assert (head.extract, head.until) == (b"notknown", 0)


async def test_a_room_that_lies_about_serials_fills_no_disk(union: Union) -> None:
    await union.add("好的一件")
    await union.meet(union.a)
    view = await union.share()
    await union.meet(union.b)
    now = union.clock.now()
    told = [now + 1000 + 10 * time for time in range(12)]
    for serial in told:
        held = encode_held([Held(view.agreement.id, serial)])
        assert await union.items(held=held, is_live=True)

    def kept(rows: Rows) -> int:
        found = [rows.editions.get(view.agreement.id, each + 1) for each in told]
        return sum(row is not None for row in found)

    assert await union.hub.store.read(kept) == 8


async def test_a_time_that_no_calendar_shows_is_not_taken(union: Union) -> None:
    own = await union.b.store.read(lambda rows: rows.logs.own())
    assert own is not None
    assert own.public_key is not None
    seed = KeyFolder(union.hub.home).machine_seed
    table = ExtractTable((3, 11), (ExtractRow(Dot(bytes(16), 1), (3, "一件")),))
    part = sign_part(ExtractPart(b"someone1", encode_rows(table)), own.public_key, seed)
    for until, made_at in ((2**53 - 1, 5), (end_of_day(UNTIL), 2**53 - 1)):
        head = ExtractHead(
            extract=b"someone1",
            kind=ExtractKind.CATALOGUE,
            serial=1,
            until=until,
            made_at=made_at,
            hub="中心",
            fonds="0073",
            title="",
            parts=(part.id,),
        )
        signed = sign_head(head, own.public_key, seed)
        items = [ExtractItem(encode_extract(each)) for each in (signed, part)]
        await union.take(*items)
    assert await union.b.catalogue.extracts.all(CLERK) == ()
    page = await union.b.catalogue.extracts.search(CLERK, Query())
    assert page.total == 0
