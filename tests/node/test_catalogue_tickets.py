"""Open fields told for people: which are tickets follows from the merge class."""

from __future__ import annotations

from pathlib import Path

from node.catalogue.fields import CATEGORY, DOC_NO, LEVEL, TITLE
from node.history.projection import apply_set
from node.home import Home
from node.machine import Machine
from node.search.query import Query
from node.store.port import Rows
from protocol.identity import Dot
from protocol.operations import Actor, Create, Set, Write

CLERK = Actor("其其格")
LOGS = (b"a" * 16, b"b" * 16)
BIRTH = Dot(LOGS[0], 1)


def _two_minds(rows: Rows) -> None:
    """One record, whose title and number two machines wrote at the same time."""
    first, second = (rows.logs.ensure(log) for log in LOGS)
    rows.logs.describe(second, "乙室", 1)
    created = Create(
        1, Actor("甲"), 1, ((LEVEL, 3), (CATEGORY, "WS"), (TITLE, "原题名"))
    )
    apply_set(rows, first, 1, [created], admitted=True, seq=1, received_at=5)
    for log_no, n, name, made_at in ((first, 2, "甲", 10), (second, 1, "乙", 20)):
        writes = (
            Write(TITLE, f"{name}题名", (BIRTH,)),
            Write(DOC_NO, f"{name}文号", (BIRTH,)),
        )
        written = Set(n, Actor(name), made_at, BIRTH, writes)
        apply_set(rows, log_no, 1, [written], admitted=True, seq=n, received_at=30)


async def test_a_title_written_twice_is_a_ticket_and_a_number_is_not(
    tmp_path: Path,
) -> None:
    machine = await Machine.init_room(Home(tmp_path / "home"), "室", {"0073": "街道"})
    assert await machine.catalogue.conflicts(CLERK) == []
    await machine.store.write(_two_minds)
    (ticket,) = await machine.catalogue.conflicts(CLERK)
    assert (ticket.field, ticket.fonds) == ("title", "0073")
    first, second = ticket.values
    assert (first.value, second.value) == ("甲题名", "乙题名")
    assert (second.who, second.machine, second.time) == ("乙", "乙室", 20)
    for word in ("甲题名", "乙题名"):
        (record,) = (await machine.catalogue.search(CLERK, Query((word,)))).results
        assert record.id == ticket.record
        assert record.open_fields == ("title", "doc_no")
    await machine.close()
