"""Decisions of operators as every machine tells them, by the door and over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.deciding.ruling import Ruling, RulingKind
from node.catalogue.record import Change
from node.history.operators import SignatureWord
from node.machine import Machine
from node.operator_errors import OperatorNeeded, OperatorRevoked
from node.operator_keys import Operator
from node.store.port import Rows
from protocol.operations import Actor
from tests.support.contestants import Contest
from tests.support.county import CLERK, county

KEEPER = Actor("管理员")
TAKE = Ruling(RulingKind.TAKE, side=1)
VERIFIED = (SignatureWord.VERIFIED, "王芳")


@pytest.fixture
async def contest(tmp_path: Path) -> AsyncIterator[Contest]:
    async with county(tmp_path) as place:
        first = await place.room("甲室", is_first=True)
        second = await place.room("乙室")
        made = Contest(place, first, second)
        await made.make(title="原题名", date="20200102")
        await made.write({"title": "甲题名"}, {"title": "乙题名"})
        yield made


async def operator_of(hub: Machine, name: str = "王芳") -> Operator:
    """A new operator of the hub, signed in."""
    return await hub.catalogue.operators.add(KEEPER, name, "")


async def acts(machine: Machine, contest: Contest, *kinds: str) -> list[Change]:
    """Changes of the contested record of those kinds, as the machine tells them."""
    detail = await machine.catalogue.show(CLERK, contest.record)
    return [change for change in detail.history if change.kind in kinds]


async def test_every_machine_says_which_operator_decided(contest: Contest) -> None:
    wang = await operator_of(contest.hub)
    decisions = contest.hub.catalogue.decisions
    ticket = await contest.ticket()
    with pytest.raises(OperatorNeeded):
        await decisions.decide(KEEPER, None, ticket.id, TAKE)
    with pytest.raises(OperatorNeeded):
        await decisions.ask(KEEPER, None, ticket.id, "原件写的什么?")
    await decisions.ask(wang.actor, wang, ticket.id, "原件写的什么?")
    await contest.meet()
    (question,) = await contest.first.catalogue.decisions.questions(CLERK)
    await contest.first.catalogue.decisions.answer(
        CLERK, question.ticket.id, "写的甲题名"
    )
    await contest.meet()
    ticket = await contest.ticket()
    decided = await decisions.decide(wang.actor, wang, ticket.id, TAKE, "以原件为准")
    await contest.meet()
    for machine in contest.machines:
        (asked,) = await acts(machine, contest, "question")
        (answered,) = await acts(machine, contest, "answer")
        ruled, reason = await acts(machine, contest, "resolve")
        assert (asked.kind, asked.field, asked.value) == (
            "question",
            "title",
            "原件写的什么?",
        )
        assert (asked.signature, asked.signer) == VERIFIED
        assert (answered.kind, answered.value) == ("answer", "写的甲题名")
        assert (answered.signature, answered.signer) == ("", "")
        assert (ruled.field, ruled.who, ruled.machine) == (
            "title",
            "王芳",
            contest.hub.name,
        )
        assert (ruled.signature, ruled.signer) == VERIFIED
        assert (reason.field, reason.value) == (None, "以原件为准")
        (made,) = await machine.catalogue.decisions.decided(CLERK)
        assert (made.id, made.signature, made.signer) == (decided.decision, *VERIFIED)
        report = await machine.verify(rebuild=True)
        assert report.faults == []
        assert (report.operators.bad, report.operators.unsigned) == ([], 0)


async def test_what_is_many_operations_is_signed_whole_and_so_is_taking_back(
    contest: Contest,
) -> None:
    wang = await operator_of(contest.hub)
    decisions = contest.hub.catalogue.decisions
    ticket = await contest.ticket()
    both = Ruling(RulingKind.BOTH, side=1)
    made = await decisions.decide(wang.actor, wang, ticket.id, both)
    with pytest.raises(OperatorNeeded):
        await decisions.undo(KEEPER, None, made.decision)
    await decisions.undo(wang.actor, wang, made.decision)
    await contest.meet()
    for machine in contest.machines:
        report = await machine.verify(rebuild=False)
        assert report.faults == []
        tally = report.operators
        assert tally.decisions >= 2
        assert tally.signatures > tally.decisions
        assert (tally.bad, tally.unsigned) == ([], 0)
        resolved = await acts(machine, contest, "resolve")
        assert {(each.signature, each.signer) for each in resolved} == {VERIFIED}


async def test_who_is_let_go_meanwhile_decides_no_more_at_an_open_desk(
    contest: Contest,
) -> None:
    wang = await operator_of(contest.hub)
    other = await Machine.open(contest.hub.home, clock=contest.place.clock)
    try:
        await other.catalogue.operators.remove(KEEPER, "王芳")
    finally:
        await other.close()
    ticket = await contest.ticket()
    with pytest.raises(OperatorRevoked):
        await contest.hub.catalogue.decisions.decide(wang.actor, wang, ticket.id, TAKE)
    with pytest.raises(OperatorNeeded):
        await contest.hub.catalogue.decisions.decide(KEEPER, None, ticket.id, TAKE)
    assert (await contest.ticket()).id == ticket.id


async def test_a_decision_from_before_the_first_operator_says_so(
    contest: Contest,
) -> None:
    await contest.decide(TAKE)
    await operator_of(contest.hub)
    await contest.meet()
    for machine in contest.machines:
        (ruled, *_) = await acts(machine, contest, "resolve")
        assert ruled.signature == SignatureWord.NO_OPERATORS


async def test_tickets_and_decisions_that_differ_from_the_log_are_found_and_mended(
    contest: Contest,
) -> None:
    await contest.decide(TAKE)
    await contest.write({"date": "20200103"}, {"date": "20200104"})
    hub = contest.hub
    (open_ticket,) = await contest.tickets()

    async def faults() -> list[str]:
        report = await hub.verify(rebuild=True)
        return [fault.reason for fault in report.faults]

    def spoil(rows: Rows) -> None:
        (row,) = rows.tickets.all()
        rows.tickets.remove(row.scope_no, [row.subject])
        rows.tickets.put(row._replace(subject=b"\2left over", record_no=9999))
        rows.decisions.replace(row.record_no, ())

    assert await faults() == []
    await hub.store.write(spoil)
    found = await faults()
    assert sorted(found) == ["row-differs", "ticket-differs", "ticket-differs"]
    assert await faults() == []
    assert [each.id for each in await contest.tickets()] == [open_ticket.id]
    assert len(await hub.catalogue.decisions.decided(CLERK)) == 1
