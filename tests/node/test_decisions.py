"""Decisions on tickets of fields: at a hub, with two rooms that wrote apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.deciding.faults import (
    DecidedAtHub,
    DecisionGone,
    RulingNotOffered,
    StaleTicket,
    UnknownTicket,
)
from node.catalogue.deciding.ruling import READY_REASONS, Ruling, RulingKind
from node.catalogue.deciding.views import TalkState, Wanted
from node.errors import InvalidValue
from node.machine import Machine
from node.store.ticket_port import TicketClass
from protocol.operations import Actor
from tests.support.contestants import HUB, Contest, contestants
from tests.support.county import CLERK, FONDS, assert_even

TAKE = Ruling(RulingKind.TAKE, side=1)


@pytest.fixture
async def contest(tmp_path: Path) -> AsyncIterator[Contest]:
    async with contestants(tmp_path) as made:
        yield made


async def test_one_of_the_values_is_taken_and_keeps_its_author(
    contest: Contest,
) -> None:
    await contest.write({"title": "甲题名"}, {"title": "乙题名"})
    ticket = await contest.ticket()
    assert (ticket.ticket_class, ticket.field, ticket.fonds) == (
        TicketClass.FIELD,
        "title",
        FONDS,
    )
    assert {side.text for side in ticket.sides} == {"甲题名", "乙题名"}
    assert set(ticket.rooms) == {"甲室", "乙室"}
    theirs = next(side for side in ticket.sides if side.text == "乙题名")
    decision = await contest.decide(Ruling(RulingKind.TAKE, side=theirs.number))
    assert await contest.tickets() == ()
    await contest.meet()
    assert await contest.field("title") == "乙题名"
    for machine in contest.machines:
        assert await contest.tickets(machine) == ()
        (made,) = await machine.catalogue.decisions.decided(CLERK)
        assert (made.id, made.value, made.who) == (decision, "乙题名", HUB.name)
        assert made.reason == READY_REASONS[RulingKind.TAKE]
        assert made.is_standing
    await assert_even(contest.hub, contest.first, contest.second)


async def test_a_third_value_names_both_and_needs_no_reason_of_its_own(
    contest: Contest,
) -> None:
    await contest.write({"title": "甲题名"}, {"title": "乙题名"})
    ticket = await contest.ticket()
    decisions = contest.hub.catalogue.decisions
    for wrong in (
        Ruling(RulingKind.WRITE, value=""),
        Ruling(RulingKind.WRITE, value="字" * 501),
    ):
        with pytest.raises(InvalidValue):
            await decisions.decide(HUB, None, ticket.id, wrong)
    with pytest.raises(RulingNotOffered):
        await decisions.decide(HUB, None, ticket.id, Ruling(RulingKind.MERGE))
    with pytest.raises(RulingNotOffered):
        await decisions.decide(HUB, None, ticket.id, Ruling(RulingKind.TAKE, side=3))
    await contest.decide(Ruling(RulingKind.WRITE, value="原件题名"), "查原件")
    await contest.meet()
    assert await contest.field("title") == "原件题名"
    (made,) = await contest.first.catalogue.decisions.decided(CLERK)
    assert (made.choice, made.reason) == (2, "查原件")


async def test_both_values_are_kept_in_two_records(contest: Contest) -> None:
    await contest.write({"date": "20200103"}, {"date": "20200104"})
    ticket = await contest.ticket()
    preview = await contest.hub.catalogue.decisions.preview(
        HUB, ticket.id, Ruling(RulingKind.BOTH, side=1)
    )
    assert preview.new_records == 1
    assert len(preview.records_after) == 2
    assert await contest.ticket() == ticket
    decision = await contest.decide(Ruling(RulingKind.BOTH, side=1))
    await contest.meet()
    assert await contest.tickets() == ()
    for machine in contest.machines:
        records = [r async for r in machine.catalogue.export_rows(CLERK)]
        dates = {record.fields["date"] for record in records}
        assert dates == {"20200103", "20200104"}
        assert {record.fields["title"] for record in records} == {"原题名"}
    undone = await contest.hub.catalogue.decisions.undo(HUB, None, decision)
    assert undone.records == 2
    await contest.meet()
    assert len([r async for r in contest.first.catalogue.export_rows(CLERK)]) == 1
    again = await contest.ticket()
    assert {side.text for side in again.sides} == {side.text for side in ticket.sides}


async def test_what_is_taken_back_is_the_same_contest_again(contest: Contest) -> None:
    await contest.write({"title": "甲题名"}, {"title": "乙题名"})
    before = await contest.ticket()
    decision = await contest.decide(TAKE)
    await contest.meet()
    decisions = contest.hub.catalogue.decisions
    undone = await decisions.undo(HUB, None, decision)
    assert (undone.records, undone.kept) == (1, 0)
    again = await contest.ticket()
    assert again.id != before.id
    assert again.subject == before.subject
    told = [(side.text, side.who, side.machine, side.time) for side in again.sides]
    assert sorted(told) == sorted(
        (side.text, side.who, side.machine, side.time) for side in before.sides
    )
    assert set(again.rooms) == {"甲室", "乙室"}
    with pytest.raises(DecisionGone):
        await decisions.undo(HUB, None, decision)
    await contest.meet()
    for machine in contest.machines:
        (ticket,) = await contest.tickets(machine)
        assert ticket.id == again.id
    assert len(await contest.first.catalogue.decisions.mine(CLERK)) == 1
    await assert_even(contest.hub, contest.first, contest.second)


async def test_a_later_value_that_was_not_covered_opens_the_ticket_again(
    contest: Contest,
) -> None:
    await contest.first.catalogue.set(CLERK, contest.record, {"title": "甲题名"})
    await contest.second.catalogue.set(CLERK, contest.record, {"title": "乙题名"})
    await contest.place.sync(contest.first)
    await contest.place.sync(contest.second)
    await contest.first.catalogue.set(CLERK, contest.record, {"title": "甲又改"})
    decision = await contest.decide(TAKE)
    assert await contest.tickets() == ()
    await contest.meet()
    ticket = await contest.ticket()
    assert "甲又改" in {side.text for side in ticket.sides}
    undone = await contest.hub.catalogue.decisions.undo(HUB, None, decision)
    assert undone.records == 1
    assert {side.text for side in (await contest.ticket()).sides} >= {"甲又改"}


async def test_a_ticket_that_changed_is_stale_and_the_second_operator_hears_it(
    contest: Contest,
) -> None:
    await contest.write({"title": "甲题名"}, {"title": "乙题名"})
    ticket = await contest.ticket()
    decisions = contest.hub.catalogue.decisions
    other = await Machine.open(contest.hub.home, clock=contest.place.clock)
    try:
        await other.catalogue.decisions.decide(Actor("另一人"), None, ticket.id, TAKE)
        with pytest.raises(StaleTicket) as stale:
            await decisions.decide(HUB, None, ticket.id, TAKE)
        assert stale.value.by == "另一人"
    finally:
        await other.close()
    with pytest.raises(StaleTicket):
        await decisions.show(HUB, ticket.id)
    with pytest.raises(UnknownTicket):
        await decisions.show(HUB, "没有这样的")
    assert len(await decisions.decided(HUB)) == 1


async def test_a_room_of_a_hub_decides_nothing(contest: Contest) -> None:
    await contest.write({"title": "甲题名"}, {"title": "乙题名"})
    (ticket,) = await contest.tickets(contest.first)
    with pytest.raises(DecidedAtHub):
        await contest.first.catalogue.decisions.decide(CLERK, None, ticket.id, TAKE)
    assert await contest.tickets(contest.first) == (ticket,)


async def test_a_question_goes_to_the_rooms_and_its_answer_comes_back(
    contest: Contest,
) -> None:
    await contest.write({"title": "甲题名"}, {"title": "乙题名"})
    ticket = await contest.ticket()
    await contest.hub.catalogue.decisions.ask(HUB, None, ticket.id, "原件写的什么?")
    assert (await contest.ticket()).talk is TalkState.ASKED
    await contest.meet()
    room = contest.first.catalogue.decisions
    (question,) = await room.questions(CLERK)
    assert (question.text, question.who) == ("原件写的什么?", HUB.name)
    assert (await room.my_counts(CLERK)).questions == 1
    await room.answer(CLERK, question.ticket.id, "写的甲题名")
    await contest.meet()
    assert await contest.second.catalogue.decisions.questions(CLERK) == ()
    detail = await contest.hub.catalogue.decisions.show(HUB, ticket.id)
    assert detail.ticket.talk is TalkState.ANSWERED
    assert [remark.text for remark in detail.talk] == ["原件写的什么?", "写的甲题名"]
    assert detail.talk[1].machine == "甲室"


async def test_everything_beside_a_ticket(contest: Contest) -> None:
    await contest.write({"title": "甲题名"}, {"title": "乙题名"})
    ticket = await contest.ticket()
    detail = await contest.hub.catalogue.decisions.show(HUB, ticket.id)
    assert detail.base is not None
    assert (detail.base.text, detail.base.machine) == ("原题名", "甲室")
    assert all(side.named == ("原题名",) for side in detail.sides)
    assert all(side.place > 0 for side in detail.sides)
    assert all(side.side.received > 0 for side in detail.sides)
    assert detail.record.fields["date"] == "20200102"
    kinds = [(offer.kind, offer.side) for offer in detail.offers]
    assert kinds[:3] == [
        (RulingKind.TAKE, 1),
        (RulingKind.TAKE, 2),
        (RulingKind.WRITE, 0),
    ]
    assert all(offer.reason for offer in detail.offers)


async def test_a_list_is_filtered_and_counted(contest: Contest) -> None:
    await contest.write(
        {"title": "甲题名", "retention_code": "Y"},
        {"title": "乙题名", "retention_code": "D10"},
    )
    decisions = contest.hub.catalogue.decisions
    counts = await decisions.counts(HUB)
    assert (counts.total, counts.by_class) == (2, {TicketClass.FIELD: 2})
    assert counts.by_room == {"甲室": 2, "乙室": 2}
    assert (await decisions.list(HUB, Wanted(field="retention_code"))).total == 1
    assert (await decisions.list(HUB, Wanted(room="乙室", fonds=FONDS))).total == 2
    for nothing in (Wanted(room="丙室"), Wanted(fonds="9"), Wanted(opened_before=1)):
        assert (await decisions.list(HUB, nothing)).total == 0
    page = await decisions.list(HUB, offset=1, limit=1)
    assert (page.total, len(page.tickets)) == (2, 1)
