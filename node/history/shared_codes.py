"""重号: a code that several standing records claim is one ticket, and both are kept.

A claim is a surviving value of the field of codes. Nothing refuses it when it is
written; the ticket is made, renewed and closed as the records that hold the code come
and go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from node.history.copies import author_at, stand_in
from node.history.docket import CODE_FIELD, Docket
from node.history.logbook import Entry, entries_of, written
from node.history.record_rows import is_visible
from node.history.state_packing import unpack_state
from node.history.steps import Step
from node.history.survivors import RecordState, resolved, shown_in, survivors
from node.history.tickets import (
    Author,
    Side,
    code_subject,
    pack_sides,
    version_of,
)
from node.store.row_types import RecordRow
from node.store.ticket_port import DecisionRow, TicketClass, TicketRow
from protocol.identity import Dot
from protocol.operations import Actor, Resolve, Tag, Value

_WEIGHT: Final = 90


class CodesTouched:
    """Codes that the operations of one set gave, took and freed."""

    def __init__(self, docket: Docket) -> None:
        self._docket = docket
        self.claimed: set[str] = set()
        """Codes that records were given."""
        self._left: set[str] = set()
        """Codes that may be free again."""

    def note_record(
        self,
        record_no: int,
        state: RecordState,
        had: Iterable[Value],
        steps: Sequence[Step],
    ) -> None:
        """The steps wrote to the record's field of codes, which showed *had* before.

        What was written there and is no code of it any more joins the 档号历史.
        """
        rows = self._docket.rows
        now = {code for code in shown_in(state, CODE_FIELD) if isinstance(code, str)}
        known = set(rows.former_codes.of_record(record_no))
        if any(step.redaction is not None for step in steps):
            record = stand_in(record_no, self._docket.scope_no, state.birth)
            ever = set(codes_in(entries_of(rows, record, self._docket.decoded)))
        else:
            ever = {code for code in had if isinstance(code, str)} | known
            ever.update(_written_in(steps))
        self.claimed |= now
        self._left |= ever - now
        if ever - now != known:
            rows.former_codes.replace(self._docket.scope_no, record_no, ever - now)

    def note_visibility(self, old: RecordRow, new: RecordRow) -> None:
        """A row took another's place; what only one of them shows is claimed anew."""
        if old.code == new.code and is_visible(old.flags) == is_visible(new.flags):
            return
        codes = {code for code in (old.code, new.code) if code}
        self.claimed |= codes
        self._left |= codes

    def note_rebuilt(self, old: RecordRow, new: RecordRow | None) -> None:
        """A row was made anew, or is gone: its codes are looked at in any case."""
        codes = {row.code for row in (old, new) if row is not None and row.code}
        self.claimed |= codes
        self._left |= codes

    def settle(self, now: int) -> int:
        """Bring the tickets of all these codes up to date; how many were opened.

        Without *now* they count as opened when the newest of their sides came.
        """
        rows, scope_no = self._docket.rows, self._docket.scope_no
        wanted = self.claimed | self._left
        if not wanted:
            return 0
        sharing = rows.records.sharing(scope_no, sorted(wanted))
        opened = 0
        for code, numbers in sorted(sharing.items()):
            found = rows.records.rows(numbers)
            row, logs = _ticket(self._docket, code, list(found.values()), now)
            opened += rows.tickets.put(row, logs)
        free = sorted(self._left - set(sharing))
        rows.tickets.remove(scope_no, [code_subject(code) for code in free])
        return opened


def codes_in(entries: Iterable[Entry]) -> frozenset[str]:
    """Every code that one of the operations gave the record."""
    found = (written(entry.operation, CODE_FIELD)[1] for entry in entries)
    return frozenset(value for value in found if isinstance(value, str))


def decision_row(
    record_no: int, scope_no: int, log_no: int, operation: Resolve
) -> DecisionRow:
    """A decision as it is listed."""
    return DecisionRow(
        record_no,
        log_no,
        operation.n,
        scope_no,
        operation.write.field,
        operation.choice,
        operation.made_at,
    )


def _ticket(
    docket: Docket, code: str, records: Sequence[RecordRow], now: int
) -> tuple[TicketRow, set[int]]:
    rows = docket.rows
    sides: list[Side] = []
    logs: set[int] = set()
    by_identity = sorted(records, key=lambda row: (rows.logs.id_of(row.log_no), row.n))
    for row in by_identity:
        state = unpack_state((row.log_no, row.n), row.state)
        record = (int(Tag.GROUP), rows.logs.id_of(row.log_no), row.n)
        for dot, value in survivors(state, CODE_FIELD).items():
            if resolved(value) != code:
                continue
            author = author_at(rows, row, dot, docket.decoded) or Author(
                Actor(""), 0, 0
            )
            claim = Dot(rows.logs.id_of(dot[0]), dot[1])
            sides.append(Side(claim, record, code, author))
            logs.add(dot[0])
    sides.sort(key=lambda side: side.dot)
    newest = max((s.author.received_at or s.author.made_at for s in sides), default=0)
    ticket = TicketRow(
        docket.scope_no,
        code_subject(code),
        by_identity[0].record_no,
        CODE_FIELD,
        int(TicketClass.CODE),
        _WEIGHT,
        now or newest,
        version_of(side.dot for side in sides),
        pack_sides(sides),
    )
    return ticket, logs


def _written_in(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        for write in step.effect.writes:
            if write.field == CODE_FIELD and isinstance(write.value, str):
                yield write.value
