"""待改盖章: papers that bear another code than their record has.

An item is stamped when it is filed. Where its code changed since, by a decision or a
correction, the machine that filed it says so until somebody marks the paper as stamped
anew. The list follows from the record's history; only the marks are kept, here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgpack

from node.catalogue.act_log import ActKind, forget_oldest
from node.catalogue.fields import CODE, CORRECTIONS, DATE, FILED, STATE
from node.catalogue.histories import machine_name
from node.catalogue.premises import Premises
from node.catalogue.reading import (
    all_fonds,
    dot_of,
    find_record,
    fonds_codes,
    state_of,
)
from node.catalogue.saves import title_of_row
from node.catalogue.saving import check_actor
from node.catalogue.unsealed import hidden_imports
from node.catalogue.values import shown_value
from node.history.effects import DotNo
from node.history.logbook import DecodedSets, Entry, entries_of, value_given, written
from node.history.survivors import shown_in, survivors
from node.store.claim_port import StampedRow
from node.store.desk_port import ActRow, ActState
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.identity import printed_id
from protocol.operations import Actor, Add, Resolve

COUNTED: Final = 100
"""Papers are counted so far where only their number is asked for."""
_ALL: Final = 1 << 40
_LOOKED_AT_ONCE: Final = 100
_HEAD_DISTANCE: Final = 16
"""A decision's reason stands so many numbers before what it writes, at most."""


@dataclass(frozen=True, slots=True)
class Restamp:
    """A paper that is to be stamped with another code."""

    record: str
    """Printed id."""
    fonds: str
    former: str
    """The code on the paper."""
    code: str
    """The code that the record has."""
    title: str
    date: str
    reason: str
    who: str
    machine: str
    time: int

    def to_json(self) -> dict[str, object]:
        """The paper as JSON shows it."""
        return {
            "record": self.record,
            "fonds": self.fonds,
            "former": self.former,
            "code": self.code,
            "title": self.title,
            "date": self.date,
            "reason": self.reason,
            "who": self.who,
            "machine": self.machine,
            "time": self.time,
        }


class Restamping:
    """The face of papers that bear a former code."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def all(self, actor: Actor) -> tuple[Restamp, ...]:
        """Every paper that was filed here and bears another code, by its new code."""
        found = await self._found(actor, _ALL)
        return tuple(sorted(found, key=lambda each: (each.fonds, each.code)))

    async def count(self, actor: Actor, most: int = COUNTED) -> int:
        """How many papers ``all`` would give; counted up to *most*."""
        return min(len(await self._found(actor, most)), most)

    async def _found(self, actor: Actor, most: int) -> list[Restamp]:
        check_actor(actor)
        found: list[Restamp] = []
        scopes = await self._premises.store.read(
            lambda rows: [fonds.scope_no for fonds in all_fonds(rows)]
        )
        for scope_no in scopes:
            after = 0
            while len(found) < most:
                part, after = await self._premises.store.read(
                    lambda rows, s=scope_no, a=after: _due(rows, s, a)  # type: ignore[misc]
                )
                found += part
                if not after:
                    break
        return found

    async def done(self, actor: Actor, wanted: Sequence[str]) -> int:
        """These papers (by id or code) bear the new code now; how many, as one act.

        Raises:
            UnknownRecord, AmbiguousRecord.
        """
        check_actor(actor)
        now = self._premises.clock.now()

        def work(rows: Rows) -> int:
            hidden = hidden_imports(rows)
            numbers = {find_record(rows, each, hidden).record_no for each in wanted}
            due = rows.records.rows(numbers).values()
            marks = list(_marks(rows, due, actor, now))
            if marks:
                _enter(rows, actor, now, marks)
            return len(marks)

        return await self._premises.store.write(work)


def unstamp(rows: Rows, act: ActRow) -> None:
    """The papers of an act bear their former codes after all."""
    if not act.detail:
        return
    before: list[StampedRow] = []
    gone: list[int] = []
    for record_no, code, former, actor, made_at in msgpack.unpackb(act.detail):
        if code:
            before.append(StampedRow(record_no, code, former, actor, made_at))
        else:
            gone.append(record_no)
    rows.claims.unstamp(gone)
    rows.claims.stamp(before)


def _enter(rows: Rows, actor: Actor, now: int, marks: Sequence[StampedRow]) -> None:
    known = rows.claims.stamped([mark.record_no for mark in marks])
    before = [
        known.get(m.record_no, StampedRow(m.record_no, "", "", "", 0)) for m in marks
    ]
    rows.claims.stamp(marks)
    act = ActRow(
        act_no=0,
        actor=actor.name,
        kind=ActKind.STAMPING,
        made_at=now,
        title=marks[0].code,
        import_no=0,
        state=int(ActState.DONE),
        amount=len(marks),
        detail=msgpack.packb(before),
    )
    rows.acts.add(act)
    forget_oldest(rows, actor.name)


def _marks(
    rows: Rows, due: Iterable[RecordRow], actor: Actor, now: int
) -> Iterator[StampedRow]:
    for row in due:
        former = code_on_paper(rows, row, DecodedSets())
        if former and row.code and former != row.code:
            yield StampedRow(row.record_no, row.code, former, actor.name, now)


def _due(rows: Rows, scope_no: int, after: int) -> tuple[list[Restamp], int]:
    """Papers of some records that gave a code up; the record to go on behind."""
    numbers = rows.claims.changed(scope_no, after, _LOOKED_AT_ONCE)
    hidden = hidden_imports(rows)
    codes = fonds_codes(rows)
    decoded = DecodedSets()
    found = []
    for row in rows.records.rows(numbers).values():
        is_shown = row.flags & RecordFlag.CREATED and row.import_no not in hidden
        if not is_shown or row.flags & RecordFlag.WITHDRAWN or not row.code:
            continue
        former = code_on_paper(rows, row, decoded)
        if former and former != row.code:
            fonds = codes.get(row.scope_no, "")
            found.append(_restamp(rows, row, former, fonds, decoded))
    is_last = len(numbers) < _LOOKED_AT_ONCE
    return found, 0 if is_last else numbers[-1]


def code_on_paper(rows: Rows, row: RecordRow, decoded: DecodedSets) -> str:
    """The code with which the item was stamped here; empty where it was not."""
    state = state_of(row)
    filings = [
        dot
        for dot, value in survivors(state, STATE).items()
        if value == FILED and rows.logs.row(dot[0]).is_own
    ]
    if not filings:
        return ""
    marked = rows.claims.stamped([row.record_no]).get(row.record_no)
    if marked is not None:
        return marked.code
    filed = min(filings)
    own = [
        (entry.operation.n, code)
        for entry, code in _codes_given(rows, row, decoded)
        if entry.log_no == filed[0] and entry.operation.n <= filed[1]
    ]
    if own:
        return max(own)[1]
    others = rows.former_codes.of_record(row.record_no)
    return others[0] if others else row.code or ""


def _codes_given(
    rows: Rows, row: RecordRow, decoded: DecodedSets
) -> Iterator[tuple[Entry, str]]:
    for entry in entries_of(rows, row, decoded):
        is_written, _ = written(entry.operation, CODE)
        if not is_written:
            continue
        dot: DotNo = (entry.log_no, entry.operation.n)
        _, value = value_given(rows, row, dot, CODE, decoded)
        if isinstance(value, str):
            yield entry, value


def _restamp(
    rows: Rows, row: RecordRow, former: str, fonds: str, decoded: DecodedSets
) -> Restamp:
    state = state_of(row)
    giving = [
        entry for entry, code in _codes_given(rows, row, decoded) if code == row.code
    ]
    last = max(giving, key=lambda each: each.operation.made_at, default=None)
    dates = shown_in(state, DATE)
    operation = None if last is None else last.operation
    return Restamp(
        record=printed_id(dot_of(rows, row)),
        fonds=fonds,
        former=former,
        code=row.code or "",
        title=title_of_row(row),
        date=shown_value(dates[0]) if dates else "",
        reason="" if last is None else _reason(rows, row, last, decoded),
        who="" if operation is None else operation.actor.name,
        machine=""
        if last is None
        else machine_name(rows, rows.logs.id_of(last.log_no)),
        time=0 if operation is None else operation.made_at,
    )


def _reason(rows: Rows, row: RecordRow, giving: Entry, decoded: DecodedSets) -> str:
    """Why the code was given: the decision's reason, or the correction's."""
    if isinstance(giving.operation, Resolve):
        return giving.operation.reason
    n = giving.operation.n
    found: dict[int, str] = {}
    for entry in entries_of(rows, row, decoded):
        if entry.log_no != giving.log_no:
            continue
        operation = entry.operation
        distance = operation.n - n
        if isinstance(operation, Resolve) and -_HEAD_DISTANCE <= distance <= 0:
            found[abs(distance)] = operation.reason
        elif isinstance(operation, Add) and 0 < distance <= 1:
            for elements in operation.lists:
                if elements.field == CORRECTIONS and elements.values:
                    found[distance] = str(elements.values[0]).partition(":")[2]
    return found[min(found)] if found else _taking(rows, row, decoded)


def _taking(rows: Rows, row: RecordRow, decoded: DecodedSets) -> str:
    """Why a decision took the code before it: the new one was given by a filing."""
    taken = [
        entry.operation
        for entry in entries_of(rows, row, decoded)
        if isinstance(entry.operation, Resolve) and entry.operation.write.field == CODE
    ]
    last = max(taken, key=lambda each: each.made_at, default=None)
    return "" if last is None else last.reason
