"""Decisions on every class of ticket, through a hub and two rooms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.deciding.faults import (
    AskedInRoom,
    NotYourValue,
    ObjectedAlready,
    RulingNotOffered,
)
from node.catalogue.deciding.ruling import Ruling, RulingKind
from node.catalogue.deciding.views import MyStanding, TalkState
from node.catalogue.fields import FILED, STATE
from node.catalogue.reading import find_record, held_of
from node.catalogue.saving import Parsed, edits
from node.errors import InvalidValue
from node.history.journal import save_all
from node.machine import Machine
from node.search.query import Query
from node.store.port import Rows
from node.store.ticket_port import TicketClass
from tests.support.contestants import HUB, Contest, contestants
from tests.support.county import CLERK, FONDS, assert_even

KEEP = Ruling(RulingKind.KEEP)
WITHDRAW = Ruling(RulingKind.WITHDRAW)
CODE = "A001-WS·2020-D30-0001"


@pytest.fixture
async def contest(tmp_path: Path) -> AsyncIterator[Contest]:
    async with contestants(tmp_path) as made:
        yield made


async def _state(contest: Contest) -> str:
    found = {
        (await machine.catalogue.show(CLERK, contest.record)).record.state
        for machine in contest.machines
    }
    assert len(found) == 1, found
    return found.pop()


@pytest.mark.parametrize(
    ("ruling", "state"), [(KEEP, "active"), (WITHDRAW, "withdrawn")]
)
async def test_withdrawn_by_one_and_edited_by_another(
    contest: Contest, ruling: Ruling, state: str
) -> None:
    await contest.first.catalogue.withdraw(CLERK, contest.record, "重复著录")
    await contest.second.catalogue.set(CLERK, contest.record, {"title": "乙题名"})
    await contest.meet()
    before = await contest.ticket()
    assert before.ticket_class is TicketClass.EXISTENCE
    assert before.field == "state"
    decision = await contest.decide(ruling)
    assert await contest.tickets() == ()
    await contest.meet()
    if ruling is KEEP:
        (mine,) = await contest.first.catalogue.decisions.mine(CLERK)
        assert (mine.standing, mine.value) == (
            MyStanding.REPLACED,
            "withdrawn:重复著录",
        )
    assert await _state(contest) == state
    assert await contest.field("title") == "乙题名"
    await contest.hub.catalogue.decisions.undo(HUB, None, decision)
    await contest.meet()
    again = await contest.ticket()
    assert again.subject == before.subject
    assert await _state(contest) == "contested"
    for machine in contest.machines:
        (ticket,) = await contest.tickets(machine)
        assert ticket.id == again.id
    await assert_even(contest.hub, contest.first, contest.second)


async def _two_of_one_code(contest: Contest) -> None:
    await contest.first.catalogue.set(CLERK, contest.record, {"code": CODE})
    values = {"title": "另一件", "code": CODE, "year": "2020"}
    await contest.second.catalogue.add(CLERK, FONDS, values)
    await contest.meet()


async def _codes(machine: Machine) -> list[str]:
    return sorted([r.code or "" async for r in machine.catalogue.export_rows(CLERK)])


async def test_one_record_keeps_a_code_and_the_other_gets_another(
    contest: Contest,
) -> None:
    await _two_of_one_code(contest)
    ticket = await contest.ticket()
    assert (ticket.ticket_class, ticket.code) == (TicketClass.CODE, CODE)
    assert len({side.record for side in ticket.sides}) == 2
    decisions = contest.hub.catalogue.decisions
    detail = await decisions.show(HUB, ticket.id)
    assert detail.other is not None
    assert {pair.field for pair in detail.pairs if not pair.is_same} >= {"title"}
    with pytest.raises(InvalidValue):
        taken = Ruling(RulingKind.RENUMBER, side=1, value=CODE)
        await decisions.decide(HUB, None, ticket.id, taken)
    new = CODE[:-1] + "7"
    decision = await contest.decide(Ruling(RulingKind.RENUMBER, side=1, value=new))
    assert await contest.tickets() == ()
    await contest.meet()
    for machine in contest.machines:
        assert await _codes(machine) == [CODE, new]
    kept = (await contest.hub.catalogue.show(CLERK, ticket.sides[0].record)).record
    assert kept.code == CODE
    await decisions.undo(HUB, None, decision)
    await contest.meet()
    for machine in contest.machines:
        (again,) = await contest.tickets(machine)
        assert again.subject == ticket.subject
        assert await _codes(machine) == [CODE, CODE]


async def test_without_a_typed_code_the_other_gets_the_next_or_none(
    contest: Contest,
) -> None:
    await _two_of_one_code(contest)
    ticket = await contest.ticket()
    await contest.decide(Ruling(RulingKind.RENUMBER, side=2))
    await contest.meet()
    assert await contest.tickets(contest.first) == ()
    kept = (await contest.hub.catalogue.show(CLERK, ticket.sides[1].record)).record
    assert kept.code == CODE
    codes = await _codes(contest.second)
    assert codes.count(CODE) == 1


async def _alike(contest: Contest) -> None:
    values = {
        "title": "关于做好2020年防汛抗旱工作的通知",
        "doc_no": "库政发〔2020〕12号",
        "date": "20200601",
        "creators": "库伦旗人民政府",
    }
    first = {**values, "pages": "3", "code": CODE}
    await contest.first.catalogue.add(CLERK, FONDS, first)
    values["code"] = CODE[:-1] + "2"
    other = {**values, "date": "20200602", "location": "602", "creators": "水利局"}
    await contest.second.catalogue.add(CLERK, FONDS, other)
    await contest.meet()
    await contest.hub.catalogue.papers.refresh(CLERK)


async def test_two_records_of_one_paper_are_merged_field_by_field(
    contest: Contest,
) -> None:
    await _alike(contest)
    ticket = await contest.ticket()
    assert ticket.ticket_class is TicketClass.DUPLICATE
    assert ticket.field == ""
    decisions = contest.hub.catalogue.decisions
    ruling = Ruling(RulingKind.MERGE, side=1, picks={"date": 2})
    preview = await decisions.preview(HUB, ticket.id, ruling)
    changed = {(change.field, change.after) for change in preview.changes}
    assert ("state", "withdrawn") in changed
    stays, goes = (side.record for side in ticket.sides)
    code = (await contest.hub.catalogue.show(CLERK, goes)).record.code or ""
    decision = await contest.decide(ruling)
    await contest.meet()
    for machine in contest.machines:
        await machine.catalogue.papers.refresh(CLERK)
        assert await contest.tickets(machine) == ()
        by_alias = (await machine.catalogue.show(CLERK, goes)).record
        assert by_alias.id == stays
        assert set(by_alias.fields["creators"]) == {"库伦旗人民政府", "水利局"}  # type: ignore[arg-type]
        assert (by_alias.fields["pages"], by_alias.fields["location"]) == (3, "602")
        dates = {"20200601", "20200602"}
        assert by_alias.fields["date"] in dates
        for word in ("防汛抗旱", code):
            page = await machine.catalogue.search(CLERK, Query((word,)))
            assert [record.id for record in page.results] == [stays]
    merged = (await contest.hub.catalogue.show(CLERK, stays)).record
    second_day = {side.record: side for side in ticket.sides}
    assert second_day
    undone = await decisions.undo(HUB, None, decision)
    assert undone.records == 2
    await contest.meet()
    apart = (await contest.first.catalogue.show(CLERK, stays)).record
    assert apart.fields["date"] != merged.fields["date"]
    assert (await contest.first.catalogue.show(CLERK, goes)).record.id == goes
    await contest.hub.catalogue.papers.refresh(CLERK)
    assert (await contest.ticket()).subject == ticket.subject


async def test_two_papers_that_look_alike_are_told_apart(contest: Contest) -> None:
    await _alike(contest)
    ticket = await contest.ticket()
    await contest.hub.catalogue.decisions.ask(HUB, None, ticket.id, "是同一件吗?")
    asked = await contest.ticket()
    assert (asked.talk, asked.id) == (TalkState.ASKED, ticket.id)
    await contest.meet()
    for room in (contest.first, contest.second):
        await room.catalogue.papers.refresh(CLERK)
        (question,) = await room.catalogue.decisions.questions(CLERK)
        assert question.text == "是同一件吗?"
    detail = await contest.hub.catalogue.decisions.show(HUB, ticket.id)
    assert [remark.text for remark in detail.talk] == ["是同一件吗?"]
    decision = await contest.decide(Ruling(RulingKind.DISTINCT))
    await contest.hub.catalogue.papers.refresh(CLERK)
    assert await contest.tickets() == ()
    await contest.meet()
    await contest.first.catalogue.papers.refresh(CLERK)
    assert await contest.tickets(contest.first) == ()
    await contest.hub.catalogue.decisions.undo(HUB, None, decision)
    await contest.hub.catalogue.papers.refresh(CLERK)
    assert (await contest.ticket()).subject == ticket.subject


@pytest.mark.parametrize("kind", [RulingKind.ADOPT, RulingKind.REFUSE])
async def test_a_proposal_is_adopted_or_refused(
    contest: Contest, kind: RulingKind
) -> None:
    await contest.hub.catalogue.owning.name(HUB, FONDS, ["甲室"])
    await contest.meet()
    await contest.second.catalogue.set(CLERK, contest.record, {"title": "乙提议"})
    await contest.meet()
    before = await contest.ticket()
    assert before.ticket_class is TicketClass.PROPOSAL
    assert await contest.field("title") == "原题名"
    decision = await contest.decide(Ruling(kind))
    assert await contest.tickets() == ()
    await contest.meet()
    wanted = "乙提议" if kind is RulingKind.ADOPT else "原题名"
    assert await contest.field("title") == wanted
    await contest.hub.catalogue.decisions.undo(HUB, None, decision)
    await contest.meet()
    again = await contest.ticket()
    assert (again.ticket_class, again.subject) == (before.ticket_class, before.subject)
    assert await contest.field("title") == "原题名"


async def test_a_room_objects_once_and_the_ticket_is_open_again(
    contest: Contest,
) -> None:
    await contest.write({"title": "甲题名"}, {"title": "乙题名"})
    ticket = await contest.ticket()
    theirs = next(side for side in ticket.sides if side.machine == "乙室")
    decision = await contest.decide(Ruling(RulingKind.TAKE, side=theirs.number), "查证")
    await contest.meet()
    room = contest.first.catalogue.decisions
    (mine,) = await room.mine(CLERK)
    assert (mine.standing, mine.value, mine.now) == (
        MyStanding.REPLACED,
        "甲题名",
        "乙题名",
    )
    assert (mine.reason, mine.who, mine.can_object) == ("查证", HUB.name, True)
    (other,) = await contest.second.catalogue.decisions.mine(CLERK)
    assert other.standing is MyStanding.ADOPTED
    with pytest.raises(NotYourValue):
        await contest.second.catalogue.decisions.object(CLERK, decision, "不对")
    with pytest.raises(AskedInRoom):
        await contest.hub.catalogue.decisions.object(HUB, decision, "不对")
    assert (await room.my_counts(CLERK)).fresh == 1
    await room.seen_mine(CLERK)
    assert (await room.my_counts(CLERK)).fresh == 0
    await room.object(CLERK, mine.decision, "原件上就是甲题名")
    with pytest.raises(ObjectedAlready):
        await room.object(CLERK, mine.decision, "再说一次")
    await contest.meet()
    again = await contest.ticket()
    assert again.talk is TalkState.OBJECTED
    assert {side.text for side in again.sides} == {"甲题名", "乙题名"}
    detail = await contest.hub.catalogue.decisions.show(HUB, again.id)
    assert [remark.text for remark in detail.talk] == ["原件上就是甲题名"]
    assert RulingKind.UPHOLD in {offer.kind for offer in detail.offers}
    await contest.decide(Ruling(RulingKind.UPHOLD))
    await contest.meet()
    for machine in contest.machines:
        assert await contest.tickets(machine) == ()
    assert await contest.field("title") == "乙题名"
    (settled,) = await room.mine(CLERK)
    assert not settled.can_object


async def test_an_objection_can_be_followed(contest: Contest) -> None:
    await contest.write({"title": "甲题名"}, {"title": "乙题名"})
    ticket = await contest.ticket()
    theirs = next(side for side in ticket.sides if side.machine == "乙室")
    await contest.decide(Ruling(RulingKind.TAKE, side=theirs.number))
    with pytest.raises(RulingNotOffered):
        plain = Ruling(RulingKind.UPHOLD)
        await contest.write({"date": "20200103"}, {"date": "20200104"})
        await contest.decide(plain)
    await contest.decide(Ruling(RulingKind.TAKE, side=1))
    await contest.meet()
    room = contest.first.catalogue.decisions
    mine = [v for v in await room.mine(CLERK) if v.field == "title"]
    await room.object(CLERK, mine[0].decision, "原件上就是甲题名")
    await contest.meet()
    again = await contest.ticket()
    ours = next(side for side in again.sides if side.text == "甲题名")
    await contest.decide(Ruling(RulingKind.TAKE, side=ours.number))
    await contest.meet()
    assert await contest.field("title") == "甲题名"
    for machine in contest.machines:
        assert await contest.tickets(machine) == ()


async def _file(machine: Machine, record: str) -> None:
    """The item is filed at this machine, as the arrangement of a class does it."""

    def work(rows: Rows) -> None:
        row = find_record(rows, record, ())
        held = held_of(rows, row)
        filed = Parsed({STATE: FILED})
        save_all(rows, row.scope_no, lambda n: edits(n, CLERK, 1, held, filed))

    await machine.store.write(work)


@pytest.mark.parametrize(
    ("ruling", "title"),
    [
        (Ruling(RulingKind.TAKE), "封册后才到的题名"),
        (Ruling(RulingKind.REFUSE), "原题名"),
        (Ruling(RulingKind.WRITE, value="另一题名"), "另一题名"),
    ],
)
async def test_a_change_behind_a_filing_is_confirmed_or_refused(
    contest: Contest, ruling: Ruling, title: str
) -> None:
    await _file(contest.first, contest.record)
    change = {"title": "封册后才到的题名"}
    await contest.second.catalogue.set(CLERK, contest.record, change)
    await contest.meet()
    ticket = await contest.ticket()
    assert (ticket.ticket_class, ticket.field) == (TicketClass.STATE, "title")
    decision = await contest.decide(ruling)
    assert await contest.tickets() == ()
    await contest.meet()
    assert await contest.field("title") == title
    shown = (await contest.first.catalogue.show(CLERK, contest.record)).record
    has_correction = "corrections" in shown.fields
    assert has_correction is (ruling.kind is RulingKind.WRITE)
    await contest.hub.catalogue.decisions.undo(HUB, None, decision)
    await contest.meet()
    shown = (await contest.second.catalogue.show(CLERK, contest.record)).record
    assert "corrections" not in shown.fields
    assert (await contest.ticket()).subject == ticket.subject


async def test_a_room_sees_that_its_record_was_merged_and_objects(
    contest: Contest,
) -> None:
    await _alike(contest)
    ticket = await contest.ticket()
    theirs = next(side for side in ticket.sides if side.machine == "乙室")
    stays = 3 - theirs.number
    decision = await contest.decide(Ruling(RulingKind.MERGE, side=stays))
    await contest.meet()
    room = contest.second.catalogue.decisions
    mine = [value for value in await room.mine(CLERK) if value.field == ""]
    assert [value.value for value in mine] == [theirs.record]
    assert mine[0].can_object
    await room.object(CLERK, mine[0].decision, "不是同一件")
    await contest.meet()
    again = await contest.ticket()
    decisions = contest.hub.catalogue.decisions
    detail = await decisions.show(HUB, again.id)
    assert [offer.kind for offer in detail.offers] == [RulingKind.UPHOLD]
    await decisions.undo(HUB, None, decision)
    await contest.hub.catalogue.papers.refresh(CLERK)
    (open_again,) = await contest.tickets()
    assert open_again.ticket_class is TicketClass.DUPLICATE
