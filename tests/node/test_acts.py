"""Acts: what a person did, and taking it back, sealed or not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.act_errors import CannotUndo, UnknownAct
from node.catalogue.act_log import KEPT_ACTS, ActKind
from node.catalogue.door import Catalogue
from node.catalogue.drafts import Draft, DraftKind
from node.catalogue.listing import Where
from node.catalogue.saving import Typed
from node.errors import InvalidValue, UnknownRecord
from node.home import Home
from node.machine import Machine
from node.search.query import Query
from protocol.operations import Actor

CLERK = Actor("其其格")
OTHER = Actor("白音")
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


async def journalled(machine: Machine) -> int:
    found = await machine.store.read(lambda rows: rows.journal.amount())
    return int(found[0])


async def undo_last(catalogue: Catalogue, actor: Actor = CLERK) -> tuple[int, int]:
    act = (await catalogue.acts.last(actor))[0]
    undone = await catalogue.acts.undo(actor, act.act_no)
    return undone.records, undone.kept


async def test_every_save_is_an_act_of_its_person(catalogue: Catalogue) -> None:
    record = await catalogue.add(CLERK, None, {"title": TITLE})
    await catalogue.set(CLERK, record.id, {"pages": 3})
    await catalogue.set(CLERK, record.id, {"pages": 3})
    await catalogue.withdraw(CLERK, record.id, "重复")
    await catalogue.restore(OTHER, record.id, "没有重复")
    mine = await catalogue.acts.last(CLERK)
    assert [act.kind for act in mine] == [ActKind.WITHDRAW, ActKind.SET, ActKind.ADD]
    assert {act.title for act in mine} == {TITLE}
    (others,) = await catalogue.acts.last(OTHER)
    assert others.kind is ActKind.RESTORE
    with pytest.raises(UnknownAct):
        await catalogue.acts.undo(OTHER, mine[0].act_no)


async def test_an_unsealed_save_is_taken_back_as_if_it_had_never_been(
    machine: Machine,
) -> None:
    catalogue = machine.catalogue
    record = await catalogue.add(CLERK, None, {"title": TITLE}, at_desk=True)
    await catalogue.set(CLERK, record.id, {"pages": 3}, at_desk=True)
    assert await journalled(machine) == 2
    assert await undo_last(catalogue) == (1, 0)
    assert await journalled(machine) == 1
    acts = await catalogue.acts.last(CLERK)
    assert [act.is_undone for act in acts] == [True, False]
    await catalogue.acts.undo(CLERK, acts[1].act_no)
    assert await journalled(machine) == 0
    with pytest.raises(UnknownRecord):
        await catalogue.show(CLERK, record.id)
    with pytest.raises(CannotUndo):
        await catalogue.acts.undo(CLERK, acts[1].act_no)


async def test_a_sealed_save_is_answered_with_what_stood_before(
    catalogue: Catalogue,
) -> None:
    record = await catalogue.add(
        CLERK, None, {"title": TITLE, "pages": 2, "creators": "甲局、乙局"}
    )
    changes: Typed = {"pages": 3, "location": "602", "creators": ["乙局", "丙局"]}
    await catalogue.set(CLERK, record.id, changes)
    await catalogue.show(CLERK, record.id)
    await catalogue.premises.seal()
    assert await undo_last(catalogue) == (1, 0)
    shown = (await catalogue.show(CLERK, record.id)).record
    assert shown.fields["pages"] == 2
    assert "location" not in shown.fields
    assert set(shown.fields["creators"]) == {"甲局", "乙局"}  # type: ignore[arg-type]


async def test_what_somebody_wrote_over_since_stays_and_is_counted(
    catalogue: Catalogue,
) -> None:
    record = await catalogue.add(CLERK, None, {"title": TITLE, "pages": 2})
    await catalogue.set(CLERK, record.id, {"pages": 3, "location": "602"})
    await catalogue.set(OTHER, record.id, {"pages": 4})
    assert await undo_last(catalogue) == (1, 1)
    shown = (await catalogue.show(CLERK, record.id)).record
    assert shown.fields["pages"] == 4
    assert "location" not in shown.fields


async def test_both_values_come_back_that_one_save_replaced(
    catalogue: Catalogue,
) -> None:
    record = await catalogue.add(CLERK, None, {"title": TITLE})
    form = (await catalogue.show(CLERK, record.id)).seen
    await catalogue.set(CLERK, record.id, {"title": "甲"}, form)
    await catalogue.set(OTHER, record.id, {"title": "乙"}, form)
    await catalogue.set(CLERK, record.id, {"title": "丙"})
    await catalogue.premises.seal()
    assert await undo_last(catalogue) == (1, 0)
    seen = (await catalogue.show(CLERK, record.id)).seen
    assert len(seen.dots[11]) == 2


async def test_a_sealed_record_is_withdrawn_and_a_withdrawn_one_comes_back(
    catalogue: Catalogue,
) -> None:
    record = await catalogue.add(CLERK, None, {"title": TITLE})
    await catalogue.withdraw(CLERK, record.id, "重复")
    await catalogue.premises.seal()
    assert await undo_last(catalogue) == (1, 0)
    assert (await catalogue.show(CLERK, record.id)).record.state == "active"
    first = (await catalogue.acts.last(CLERK))[1]
    await catalogue.acts.undo(CLERK, first.act_no)
    assert (await catalogue.show(CLERK, record.id)).record.state == "withdrawn"


async def test_a_record_on_which_others_worked_is_not_taken_away(
    catalogue: Catalogue,
) -> None:
    record = await catalogue.add(CLERK, None, {"title": TITLE}, at_desk=True)
    await catalogue.set(OTHER, record.id, {"pages": 4}, at_desk=True)
    (act,) = await catalogue.acts.last(CLERK)
    assert (act.can_undo, act.why_not) == (False, "changed-by-others")
    with pytest.raises(CannotUndo):
        await catalogue.acts.undo(CLERK, act.act_no)
    await undo_last(catalogue, OTHER)
    await catalogue.acts.undo(CLERK, act.act_no)


async def test_a_save_drops_its_draft_with_it(catalogue: Catalogue) -> None:
    drafts = catalogue.drafts
    number = await drafts.keep(CLERK, Draft(DraftKind.ENTRY, {"title": TITLE}))
    with pytest.raises(InvalidValue):
        await catalogue.add(CLERK, None, {"title": ""}, draft_no=number)
    assert len(await drafts.waiting(CLERK)) == 1
    record = await catalogue.add(CLERK, None, {"title": TITLE}, draft_no=number)
    assert await drafts.waiting(CLERK) == []
    number = await drafts.keep(CLERK, Draft(DraftKind.CHANGE, {}, about=record.id))
    await catalogue.set(CLERK, record.id, {"title": TITLE}, draft_no=number)
    assert await drafts.waiting(CLERK) == []


async def test_only_the_newest_acts_are_kept(machine: Machine) -> None:
    catalogue = machine.catalogue
    record = await catalogue.add(CLERK, None, {"title": TITLE}, at_desk=True)
    for page in range(KEPT_ACTS + 5):
        await catalogue.set(CLERK, record.id, {"pages": page + 1}, at_desk=True)
    assert len(await catalogue.acts.last(CLERK, 1000)) == KEPT_ACTS
    assert len(await catalogue.acts.last(CLERK)) == 20


async def test_one_field_of_many_records_is_looked_at_changed_and_taken_back(
    machine: Machine,
) -> None:
    catalogue = machine.catalogue
    for number in range(60):
        values = {"title": f"{TITLE}{number}", "retention_code": "D10"}
        if number % 3 == 0:
            values["location"] = "602"
        await catalogue.add(CLERK, None, values, at_desk=True)
    listing = await catalogue.shelves.listing(CLERK, Where(fonds="0073"))
    preview = await catalogue.acts.preview_change(CLERK, listing, "存储位置", "603")
    assert (preview.total, preview.will_change, preview.same) == (60, 60, 0)
    assert preview.samples[0].fields["location"] == "602"
    done = await catalogue.acts.change_many(CLERK, listing, "location", "603")
    assert done.changed == 60
    found = await catalogue.search(CLERK, Query(("603",)))
    assert found.total == 60
    act = (await catalogue.acts.last(CLERK))[0]
    assert (act.kind, act.records, act.title) == (ActKind.CHANGE, 60, "存储位置:603")
    undone = await catalogue.acts.undo(CLERK, act.act_no)
    assert undone.records == 60
    assert (await catalogue.search(CLERK, Query(("603",)))).total == 0
    assert (await catalogue.search(CLERK, Query(("602",)))).total == 20


async def test_a_change_of_many_says_what_stays_as_it_is(catalogue: Catalogue) -> None:
    first = await catalogue.add(CLERK, None, {"title": "甲", "location": "603"})
    second = await catalogue.add(CLERK, None, {"title": "乙"})
    third = await catalogue.add(CLERK, None, {"title": "丙"})
    await catalogue.withdraw(CLERK, third.id, "重复")
    ids = [first.id, second.id, third.id, second.id]
    done = await catalogue.acts.change_many(CLERK, ids, "location", "603")
    assert (done.changed, done.same, done.refused) == (1, 1, 1)
    again = await catalogue.acts.change_many(CLERK, ids, "location", "603")
    assert (again.act_no, again.changed) == (0, 0)
    with pytest.raises(InvalidValue):
        await catalogue.acts.change_many(CLERK, ids, "code", "0073-1-0001-001")
    with pytest.raises(InvalidValue):
        await catalogue.acts.preview_change(CLERK, ids, "title", "")
