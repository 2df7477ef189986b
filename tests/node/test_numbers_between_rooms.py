"""Numbers between rooms: blocks, contested codes, sealing, papers to stamp anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.act_errors import CannotUndo
from node.catalogue.deciding.ruling import Ruling, RulingKind
from node.catalogue.filing import Filed
from node.catalogue.numbering import FilingKey
from node.catalogue.sequence_errors import (
    NotTheHolder,
    SequenceNotReady,
    UnknownSequence,
)
from node.catalogue.sequences import NextCode, Right, next_code
from node.errors import UnknownRecord
from node.history.claims import Holding, Why, holder_of, is_final
from node.history.sequences import Span
from node.search.query import Query
from node.store.port import Rows
from node.store.ticket_port import TicketClass
from tests.support.conflict_county import ConflictCounty, Office
from tests.support.exchanges import CLERK

FONDS = "0152"
KEY = FilingKey(FONDS, 2021, "D30", "BGS")
STEM = f"{FONDS}-WS·2021-D30-BGS-"


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[ConflictCounty]:
    made = await ConflictCounty.make(tmp_path)
    yield made
    await made.close()


def office(county: ConflictCounty, name: str) -> Office:
    found = county.hub if name == "hub" else county.rooms[name]
    assert isinstance(found, Office)
    return found


async def file(county: ConflictCounty, name: str, amount: int) -> Filed:
    """Enter so many items at a machine, and file them."""
    catalogue = office(county, name).whole.catalogue
    for number in range(amount):
        values = {
            "title": f"{name}室第{number}件关于春耕的通知",
            "date": f"202103{number + 1:02d}",
            "creators": "库伦旗人民政府",
            "pages": "2",
            "year": "2021",
            "retention_code": "D30",
            "org_code": "BGS",
        }
        await catalogue.add(CLERK, FONDS, values, at_desk=True)
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    return await catalogue.filing.file(CLERK, arranged)


async def numbers(county: ConflictCounty, name: str) -> list[int]:
    """The numbers of what is filed, as a machine shows them."""
    catalogue = office(county, name).whole.catalogue
    found = await catalogue.filing.arrangement(CLERK, KEY)
    return [line.number for line in found.lines if line.is_filed and line.number]


async def meet(county: ConflictCounty, *names: str) -> None:
    for name in names:
        await county.meet(name)


async def held(county: ConflictCounty, name: str, number: int) -> tuple[str, Why]:
    """The printed id of the record that holds a code, and why."""
    scope = county.scopes["s"]

    def read(rows: Rows) -> tuple[str, Why]:
        scope_no = rows.scopes.number_of(scope)
        assert scope_no is not None
        found: Holding | None = holder_of(rows, scope_no, f"{STEM}{number:04d}")
        assert found is not None
        row = rows.records.row(found.record_no)
        assert row is not None
        log = rows.logs.id_of(row.log_no)
        return f"{log.hex()}-{row.n}", found.why

    return await office(county, name).store.read(read)


async def contested(county: ConflictCounty, name: str) -> int:
    return await office(county, name).store.read(
        lambda rows: rows.tickets.amounts().get(TicketClass.CODE, 0)
    )


async def test_a_block_that_is_asked_for_keeps_two_rooms_apart(
    county: ConflictCounty,
) -> None:
    await file(county, "a", 2)
    asking = office(county, "b").whole.catalogue.sequences
    assert await asking.ask(CLERK, STEM, 4)
    assert not await asking.ask(CLERK, STEM, 4)
    await meet(county, "b", "a", "b")
    (view,) = [v for v in await asking.all(CLERK, FONDS) if v.stem == STEM]
    assert (view.holder, view.right, view.left) == ("a", Right.LEASE, 4)
    assert [(each.first, each.last) for each in view.leases] == [(3, 6)]

    ours, theirs = await file(county, "a", 3), await file(county, "b", 3)
    assert not ours.is_provisional
    assert not theirs.is_provisional
    assert await numbers(county, "a") == [1, 2, 7, 8, 9]
    assert await asking.give_back(CLERK, STEM) == (Span(6, 6),)
    await meet(county, "a", "b", "a")
    assert await numbers(county, "hub") == [1, 2, 3, 4, 5, 7, 8, 9]
    assert await contested(county, "hub") == 0


async def test_a_block_that_is_too_small_files_what_it_can_and_asks_for_more(
    county: ConflictCounty,
) -> None:
    sequences = office(county, "b").whole.catalogue.sequences
    await file(county, "a", 1)
    await meet(county, "a", "b")
    await sequences.ask(CLERK, STEM, 2)
    await meet(county, "b", "a", "b")
    filed = await file(county, "b", 5)
    assert (filed.numbered, filed.left_over) == (2, 3)
    await meet(county, "b", "a", "b")
    filed = await file(county, "b", 0)
    assert (filed.numbered, filed.left_over) == (3, 0)
    await meet(county, "b", "a")
    assert await numbers(county, "a") == [1, 2, 3, 4, 5, 6]
    assert await contested(county, "hub") == 0


async def test_a_contested_code_stays_with_who_numbers_and_the_hub_writes_it_down(
    county: ConflictCounty,
) -> None:
    ours, theirs = await file(county, "a", 1), await file(county, "b", 2)
    assert not ours.is_provisional
    assert theirs.is_provisional
    mine = await held(county, "a", 1)
    await meet(county, "b", "a", "b", "c", "a")
    found = {name: await held(county, name, 1) for name in ("hub", "a", "b", "c")}
    assert set(found.values()) == {(mine[0], Why.NAMED)}
    assert {await contested(county, name) for name in ("hub", "a", "b", "c")} == {1}
    hub = office(county, "hub").whole
    before = await hub.store.read(lambda rows: rows.journal.last_n())
    await hub.hub.prepare()
    assert await hub.store.read(lambda rows: rows.journal.last_n()) == before
    # b is the holder from now on; what the hub has named stays as it is
    await hub.catalogue.sequences.appoint(CLERK, FONDS, STEM, "b")
    await meet(county, "a", "b", "c")
    assert await held(county, "c", 1) == (mine[0], Why.NAMED)


async def test_the_holder_seals_and_what_follows_by_right_is_final_at_once(
    county: ConflictCounty,
) -> None:
    await file(county, "a", 3)
    catalogue = office(county, "a").whole.catalogue
    await meet(county, "a", "b")
    with pytest.raises(NotTheHolder):
        await office(county, "b").whole.catalogue.sequences.close(CLERK, STEM)
    closed = await catalogue.sequences.close(CLERK, STEM)
    assert (closed.last, closed.amount, closed.moves) == (3, 3, ())
    await file(county, "a", 1)
    await meet(county, "a", "b", "c")
    for name in ("hub", "a", "b", "c"):
        whole = office(county, name).whole
        for number in (1, 3, 4):
            shown = await whole.catalogue.show(CLERK, f"{STEM}{number:04d}")
            assert shown.code.is_final, (name, number)
    (act,) = [a for a in await catalogue.acts.last(CLERK) if a.kind == "closing"]
    assert act.why_not == "sealed-since"
    assert (await catalogue.sequences.close(CLERK, STEM)).last == 4
    with pytest.raises(SequenceNotReady):
        await catalogue.sequences.close(CLERK, STEM)
    filings = [a for a in await catalogue.acts.last(CLERK) if a.kind == "filing"]
    with pytest.raises(CannotUndo):
        await catalogue.acts.undo(CLERK, filings[-1].act_no)


async def test_gaps_are_closed_in_order_and_taken_back_with_the_seal(
    county: ConflictCounty,
) -> None:
    await file(county, "a", 5)
    catalogue = office(county, "a").whole.catalogue
    (lost,) = (await catalogue.search(CLERK, Query(("0002",)))).results
    await catalogue.set(CLERK, lost.id, {"code": f"{STEM}0009"}, reason="错号")
    with pytest.raises(SequenceNotReady, match=STEM):
        await catalogue.sequences.close(CLERK, STEM)
    look = await catalogue.sequences.look(CLERK, f"{STEM}0001")
    assert look.gaps == (Span(2, 2), Span(6, 8))
    closed = await catalogue.sequences.close(CLERK, STEM, "合拢", closes_gaps=True)
    assert [(m.before[-4:], m.after[-4:]) for m in closed.moves] == [
        ("0003", "0002"),
        ("0004", "0003"),
        ("0005", "0004"),
        ("0009", "0005"),
    ]
    assert await numbers(county, "a") == [1, 2, 3, 4, 5]
    found = await catalogue.show(CLERK, f"{STEM}0009")
    assert (found.record.code, found.code.is_final) == (f"{STEM}0005", True)
    assert found.code.former == (f"{STEM}0002", f"{STEM}0009")
    (hit,) = (await catalogue.search(CLERK, Query(("0009",)))).results
    assert (hit.id, hit.former) == (lost.id, f"{STEM}0009")
    (act,) = [a for a in await catalogue.acts.last(CLERK) if a.kind == "closing"]
    await catalogue.acts.undo(CLERK, act.act_no)
    assert await numbers(county, "a") == [1, 3, 4, 5, 9]
    assert not (await catalogue.show(CLERK, f"{STEM}0001")).code.is_final


async def test_the_hub_seals_what_nobody_holds_and_names_the_holders(
    county: ConflictCounty,
) -> None:
    hub = office(county, "hub").whole
    await hub.catalogue.sequences.appoint(CLERK, FONDS, "", "-")
    await meet(county, "a", "b")
    assert (await file(county, "a", 2)).is_provisional
    assert (await file(county, "b", 2)).is_provisional
    await meet(county, "a", "b")
    before = [await held(county, "hub", number) for number in (1, 2)]
    with pytest.raises(SequenceNotReady):
        await hub.catalogue.sequences.close(CLERK, STEM)
    closed = await hub.catalogue.sequences.close(CLERK, STEM, ends_leases=True)
    assert (closed.last, closed.amount) == (2, 4)
    await meet(county, "a", "b", "c")
    for name in ("hub", "a", "b", "c"):
        whole = office(county, name).whole
        after = [(await held(county, name, number))[0] for number in (1, 2)]
        assert after == [holder for holder, _ in before]
        finals = await whole.store.read(_finals)
        assert sorted(finals) == [False, False, True, True]
    with pytest.raises(UnknownSequence):
        await hub.catalogue.sequences.look(CLERK, "0999-1")


def _finals(rows: Rows) -> list[bool]:
    return [
        is_final(rows, row, row.code or "")
        for number in (1, 2)
        for row in rows.records.by_code(f"{STEM}{number:04d}")
    ]


async def test_a_paper_whose_code_was_changed_is_stamped_anew_where_it_was_filed(
    county: ConflictCounty,
) -> None:
    await file(county, "b", 1)
    await meet(county, "b", "a")
    hub, room = office(county, "hub").whole, office(county, "b").whole
    (record,) = (await hub.catalogue.search(CLERK, Query(("0001",)))).results
    await hub.catalogue.set(
        CLERK, record.id, {"code": f"{STEM}0008"}, reason="重号,改为八号"
    )
    await meet(county, "b", "a")
    assert not await office(county, "a").whole.catalogue.restamping.all(CLERK)
    (due,) = await room.catalogue.restamping.all(CLERK)
    assert (due.former, due.code) == (f"{STEM}0001", f"{STEM}0008")
    assert (due.reason, due.who, due.machine) == ("重号,改为八号", CLERK.name, "馆")
    assert (await room.catalogue.show(CLERK, f"{STEM}0001")).record.id == record.id
    assert await room.catalogue.restamping.done(CLERK, [due.code]) == 1
    assert await room.catalogue.restamping.count(CLERK) == 0
    (act,) = [a for a in await room.catalogue.acts.last(CLERK) if a.kind == "stamping"]
    await room.catalogue.acts.undo(CLERK, act.act_no)
    assert await room.catalogue.restamping.count(CLERK) == 1


async def test_the_next_code_is_told_with_the_right_to_it(
    county: ConflictCounty,
) -> None:
    await file(county, "a", 2)
    await meet(county, "a", "b")

    def following(rows: Rows) -> NextCode:
        scope_no = rows.scopes.number_of(county.scopes["s"])
        assert scope_no is not None
        return next_code(rows, scope_no, f"{STEM}0001")

    for name, is_by_right in (("a", True), ("b", False), ("hub", False)):
        found = await office(county, name).store.read(following)
        assert found == NextCode(f"{STEM}0003", is_by_right)


async def test_a_code_that_nobody_had_is_nobodys(county: ConflictCounty) -> None:
    with pytest.raises(UnknownRecord):
        await office(county, "a").whole.catalogue.show(CLERK, f"{STEM}0077")


async def test_who_loses_a_code_gets_the_next_from_the_holder_and_is_stamped_anew(
    county: ConflictCounty,
) -> None:
    """The hub has no right to number: it takes the code, the room gives another."""
    await file(county, "a", 1)
    await file(county, "b", 1)
    await meet(county, "a", "b", "a")
    hub = office(county, "hub").whole
    page = await hub.catalogue.decisions.list(CLERK)
    (ticket,) = [t for t in page.tickets if t.ticket_class == TicketClass.CODE]
    keeper = next(side for side in ticket.sides if side.machine == "a")
    ruling = Ruling(RulingKind.RENUMBER, side=keeper.number)
    await hub.catalogue.decisions.decide(CLERK, None, ticket.id, ruling, "甲室先编")
    await meet(county, "a", "b")
    assert await contested(county, "b") == 0
    room = office(county, "b").whole.catalogue
    assert (await file(county, "b", 0)).numbered == 1
    (due,) = await room.restamping.all(CLERK)
    assert (due.former, due.code) == (f"{STEM}0001", f"{STEM}0002")
    assert due.reason.startswith("甲室先编")
