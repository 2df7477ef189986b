"""Filing, corrections and taking back, with exchanges between them."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.catalogue.act_errors import FiledNeedsReason
from node.machine import Machine
from protocol.operations import Actor
from tests.support.county import assert_even, county
from tests.support.filing_clerk import CLERK, KEY, enter

FONDS = ("0073",)
OTHER = Actor("白音")


async def file_all(machine: Machine) -> int:
    filing = machine.catalogue.filing
    filed = await filing.file(CLERK, await filing.arrangement(CLERK, KEY))
    return filed.act_no


async def lines(machine: Machine) -> list[tuple[str, bool]]:
    found = await machine.catalogue.filing.arrangement(CLERK, KEY)
    return [(line.record.code or "", line.is_filed) for line in found.lines]


async def test_a_filing_is_taken_back_also_after_it_was_exchanged(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲", FONDS, is_first=True)
        second = await place.room("乙", FONDS)
        await enter(first, 12)
        act_no = await file_all(first)
        await place.sync(first)
        await place.sync(second)
        assert await lines(second) == await lines(first)
        assert all(is_filed for _, is_filed in await lines(second))
        record = (await second.catalogue.filing.arrangement(OTHER, KEY)).lines[3].record
        with pytest.raises(FiledNeedsReason):
            await second.catalogue.set(OTHER, record.id, {"pages": "9"})
        undone = await first.catalogue.acts.undo(CLERK, act_no)
        assert (undone.records, undone.kept) == (12, 0)
        await place.sync(first)
        await place.sync(second)
        assert await lines(second) == await lines(first) == [("", False)] * 12
        await assert_even(place.hub, first, second)


async def test_what_the_other_room_corrected_stays_when_an_act_is_taken_back(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲", FONDS, is_first=True)
        second = await place.room("乙", FONDS)
        await enter(first, 1)
        (line,) = (await first.catalogue.filing.arrangement(CLERK, KEY)).lines
        record_id = line.record.id
        changes = {"pages": "5", "location": "602"}
        await first.catalogue.set(CLERK, record_id, changes, at_desk=True)
        await place.sync(first)
        await place.sync(second)
        await second.catalogue.set(OTHER, record_id, {"pages": "6"})
        await place.sync(second)
        await place.sync(first)
        act = (await first.catalogue.acts.last(CLERK))[0]
        undone = await first.catalogue.acts.undo(CLERK, act.act_no)
        assert (undone.records, undone.kept) == (1, 1)
        await place.sync(first)
        await place.sync(second)
        for machine in (first, second, place.hub):
            shown = (await machine.catalogue.show(CLERK, record_id)).record
            assert shown.fields["pages"] == 6
            assert "location" not in shown.fields
        adding = (await first.catalogue.acts.last(CLERK))[1]
        assert adding.why_not == "changed-by-others"
        await assert_even(place.hub, first, second)


async def test_two_rooms_that_file_one_class_apart_find_both_numbers(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲", FONDS, is_first=True)
        second = await place.room("乙", FONDS)
        await enter(first, 3)
        await place.sync(first)
        await place.sync(second)
        await file_all(first)
        await enter(second, 1)
        await file_all(second)
        await place.sync(first)
        await place.sync(second)
        await place.sync(first)
        await place.sync(second)
        assert await lines(first) == await lines(second)
        arranged = await first.catalogue.filing.arrangement(CLERK, KEY)
        assert len(arranged.lines) == 4
        assert all(line.is_filed for line in arranged.lines)
        tickets = await first.catalogue.conflicts(CLERK)
        findings = await first.catalogue.filing.check(CLERK, arranged)
        twice = [finding for finding in findings if finding.rule == "number-twice"]
        assert tickets or twice
        await assert_even(place.hub, first, second)
