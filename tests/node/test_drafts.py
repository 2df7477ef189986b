"""Drafts: kept as typed, offered again, dropped by the save that ends them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.drafts import Draft, DraftKind, numbered
from node.home import Home
from node.machine import Machine
from protocol.operations import Actor

CLERK = Actor("其其格")
OTHER = Actor("白音")


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    opened = await Machine.init_room(
        Home(tmp_path / "home"), "库伦镇档案室", {"0073": "库伦街道办事处"}
    )
    yield opened
    await opened.close()


async def test_a_draft_comes_back_as_it_was_typed(machine: Machine) -> None:
    record = await machine.catalogue.add(CLERK, None, {"title": "甲", "creators": "乙"})
    seen = (await machine.catalogue.show(CLERK, record.id)).seen
    draft = Draft(
        DraftKind.CHANGE,
        {"title": " 防汛\t通知", "date": "2020年6", "code": ""},
        about=record.id,
        fonds="0073",
        seen=seen,
        extra={"page": 2, "field": "date"},
    )
    number = await machine.catalogue.drafts.keep(CLERK, draft)
    (found,) = await machine.catalogue.drafts.waiting(CLERK)
    assert found.draft_no == number
    assert found.typed == draft.typed
    assert found.seen == seen
    assert found.extra == draft.extra
    assert (found.kind, found.about, found.fonds) == ("change", record.id, "0073")


async def test_a_draft_is_kept_in_its_place_and_seen_by_its_person_alone(
    machine: Machine,
) -> None:
    drafts = machine.catalogue.drafts
    number = await drafts.keep(CLERK, Draft(DraftKind.ENTRY, {"title": "甲"}))
    same = await drafts.keep(
        CLERK, numbered(Draft(DraftKind.ENTRY, {"title": "甲乙"}), number)
    )
    assert same == number
    assert [d.typed["title"] for d in await drafts.waiting(CLERK)] == ["甲乙"]
    assert await drafts.waiting(OTHER) == []
    await drafts.drop(OTHER, number)
    assert len(await drafts.waiting(CLERK)) == 1
    await drafts.drop(CLERK, number)
    assert await drafts.waiting(CLERK) == []


async def test_a_late_word_does_not_bring_a_dropped_draft_back(
    machine: Machine,
) -> None:
    drafts = machine.catalogue.drafts
    number = await drafts.keep(CLERK, Draft(DraftKind.ENTRY, {"title": "甲"}))
    await drafts.drop(CLERK, number)
    late = numbered(Draft(DraftKind.ENTRY, {"title": "甲乙"}), number)
    assert await drafts.keep(CLERK, late) == 0
    fresh = await drafts.keep(CLERK, Draft(DraftKind.ENTRY, {"title": "丙"}))
    assert fresh > number


async def test_a_state_secret_is_not_kept_in_a_draft_either(machine: Machine) -> None:
    typed = {"title": "甲", "secrecy": "机密★10年", "notes": "绝密★", "strange": "乙"}
    await machine.catalogue.drafts.keep(CLERK, Draft(DraftKind.ENTRY, typed))
    (found,) = await machine.catalogue.drafts.waiting(CLERK)
    assert found.typed == {"title": "甲", "strange": "乙"}


async def test_text_that_is_no_unicode_does_not_cost_the_draft(
    machine: Machine,
) -> None:
    await machine.catalogue.drafts.keep(
        CLERK, Draft(DraftKind.ENTRY, {"title": "\ud800"})
    )
    assert len(await machine.catalogue.drafts.waiting(CLERK)) == 1


async def test_what_the_screen_adds_to_a_draft_is_kept_by_the_same_rules(
    machine: Machine,
) -> None:
    extra: dict[str, str | int] = {"fault": "第\ud800页", "found": "机密★甲", "row": 3}
    draft = Draft(DraftKind.ENTRY, {"title": "甲"}, fonds="\ud800", extra=extra)
    await machine.catalogue.drafts.keep(CLERK, draft)
    (found,) = await machine.catalogue.drafts.waiting(CLERK)
    assert found.extra == {"fault": "第?页", "row": 3}
    assert found.fonds == "?"
