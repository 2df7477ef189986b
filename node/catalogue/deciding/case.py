"""A ticket opened inside one transaction: its sides with their authors, its records.

A side that is a copy is followed to the operation that gave the value first: its
author, what its writer had seen, and the dot that a decision copies are those of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from node.catalogue.deciding.faults import StaleTicket, UnknownTicket
from node.catalogue.fields import CODE
from node.catalogue.reading import dot_of, state_of
from node.history.docket import RULING_FIELD
from node.history.effects import DotNo, copied_dot
from node.history.evidence import Evidence
from node.history.logbook import DecodedSets, written
from node.history.registers import own_key
from node.history.survivors import RecordState, resolved, survivors
from node.history.tickets import (
    ID_VERSION_DIGITS,
    PAIR_SUBJECT,
    Author,
    Side,
    is_of_field,
    ticket_id,
    unpack_sides,
)
from node.store.port import Rows
from node.store.row_types import RecordRow
from node.store.ticket_port import TicketClass, TicketRow
from protocol.identity import LOG_ID_BYTES, Dot
from protocol.operations import EXISTENCE_FIELD, Actor, Resolve, Value

ID_CHARACTERS = 16
_RECENT = 60
"""Decisions among which the one is looked for that closed a ticket."""
_DOT_BYTES = LOG_ID_BYTES + 8
_UNKNOWN = Author(Actor(""), 0, 0)


class CaseSide(NamedTuple):
    """One side, followed to its origin."""

    dot: Dot
    """What stands as a side: a survivor, or a value that was set aside before."""
    origin: Dot
    """The operation that gave the value."""
    value: Value
    author: Author
    record: RecordRow


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket, read."""

    ticket: TicketRow
    record: RecordRow
    """The record that it is about; of several the first by identity."""
    others: tuple[RecordRow, ...]
    """The other records that it is about."""
    sides: tuple[CaseSide, ...]

    @property
    def ticket_class(self) -> TicketClass:
        """What kind of contradiction it is."""
        return TicketClass(self.ticket.ticket_class)

    @property
    def listed(self) -> RecordRow:
        """The record under which it is listed; what is said of it is said there."""
        number = self.ticket.record_no
        records = (self.record, *self.others)
        return next((r for r in records if r.record_no == number), self.record)

    @property
    def id(self) -> str:
        """What people call it."""
        return ticket_id(self.ticket)


def find_ticket(rows: Rows, wanted: str) -> TicketRow:
    """The open ticket that people call *wanted*.

    Raises:
        UnknownTicket: it is no id.
        StaleTicket: no ticket stands like that (any more).
    """
    text = wanted.strip().lower()
    try:
        known = bytes.fromhex(text)
    except ValueError:
        raise UnknownTicket(wanted) from None
    if len(text) != ID_CHARACTERS:
        raise UnknownTicket(wanted)
    prefix, field = known[: ID_VERSION_DIGITS // 2], int.from_bytes(known[-2:], "big")
    for ticket in rows.tickets.by_version(prefix):
        if ticket.field == field:
            return ticket
    raise _stale(rows, text, prefix, field)


def open_case(rows: Rows, ticket: TicketRow, decoded: DecodedSets) -> Case:
    """The ticket with its records and its sides.

    Raises:
        StaleTicket: a record of it is here no more.
    """
    record = rows.records.row(ticket.record_no)
    if record is None:
        raise StaleTicket(ticket_id(ticket))
    if is_of_field(ticket):
        return Case(ticket, record, (), field_sides(rows, record, ticket, decoded))
    records = _records(rows, ticket, record)
    sides = tuple(_whole(rows, ticket, each, decoded) for each in records)
    first = records[0]
    return Case(ticket, first, tuple(records[1:]), sides)


def field_sides(
    rows: Rows, record: RecordRow, ticket: TicketRow, decoded: DecodedSets
) -> tuple[CaseSide, ...]:
    """Sides of a field's ticket; the log is read for copies only."""
    evidence: Evidence | None = None
    found = []
    for side in unpack_sides(ticket.sides):
        origin, author = side.dot, side.author
        if copied_dot(side.value) is not None:
            evidence = evidence or Evidence(rows, record, decoded)
            origin, author = _followed(rows, evidence, side, ticket.field)
        found.append(CaseSide(side.dot, origin, side.shown, author, record))
    return tuple(found)


def require_undecided(rows: Rows, case: Case) -> None:
    """Return where nobody at this machine has decided the ticket meanwhile.

    What was decided a moment ago is own work that no order names yet.

    Raises:
        StaleTicket: somebody has.
    """
    ticket = case.ticket
    if is_of_field(ticket):
        _require_confirmed(rows, case, case.record, {ticket.field})
        return
    fields = {EXISTENCE_FIELD, CODE if ticket.field == CODE else EXISTENCE_FIELD}
    for record in (case.record, *case.others):
        _require_confirmed(rows, case, record, fields)


def origin_of(rows: Rows, evidence: Evidence, dot: Dot, field: int) -> Dot:
    """The operation whose value *dot* gives the field, through copies."""
    seen: set[Dot] = set()
    while dot not in seen:
        seen.add(dot)
        number = rows.logs.number_of(dot.log)
        entry = None if number is None else evidence.entry((number, dot.n))
        if entry is None:
            return dot
        _, value = written(entry.operation, field)
        copied = copied_dot(value)
        if copied is None:
            return dot
        dot = copied
    return dot


def survivors_of(
    rows: Rows, record: RecordRow, field: int, state: RecordState | None = None
) -> dict[Dot, Value]:
    """What survives in a field, own work included; copies resolved."""
    found = survivors(state or state_of(record), field)
    return {
        Dot(rows.logs.id_of(log_no), n): resolved(value)
        for (log_no, n), value in found.items()
    }


def number_of(rows: Rows, dot: Dot) -> DotNo | None:
    """The dot with its log's number; None where the log is not known here."""
    log_no = rows.logs.number_of(dot.log)
    return None if log_no is None else (log_no, dot.n)


def is_own_log(rows: Rows, log: bytes) -> bool:
    """Whether this machine wrote the log, under whichever incarnation."""
    row = rows.logs.by_id(log)
    if row is None:
        return False
    return row.is_own or (
        row.public_key is not None and row.public_key == own_key(rows)
    )


def _records(rows: Rows, ticket: TicketRow, listed: RecordRow) -> list[RecordRow]:
    """The records of a ticket about several, by identity."""
    found: dict[int, RecordRow] = {}
    for dot in _named_records(ticket):
        row = _record_at(rows, ticket.scope_no, dot)
        if row is not None:
            found[row.record_no] = row
    if len(found) < 2:
        raise StaleTicket(ticket_id(ticket))
    found.setdefault(listed.record_no, listed)
    return sorted(found.values(), key=lambda row: dot_of(rows, row))


def _named_records(ticket: TicketRow) -> list[Dot]:
    if ticket.subject[0] == PAIR_SUBJECT:
        return _pair(ticket.subject)
    found = []
    for side in unpack_sides(ticket.sides):
        match side.value:
            case (_, bytes(log), int(n)):
                found.append(Dot(log, n))
            case _:
                continue
    return found


def _pair(subject: bytes) -> list[Dot]:
    return [
        Dot(part[:LOG_ID_BYTES], int.from_bytes(part[LOG_ID_BYTES:], "big"))
        for part in (subject[1 : 1 + _DOT_BYTES], subject[1 + _DOT_BYTES :])
    ]


def _record_at(rows: Rows, scope_no: int, dot: Dot) -> RecordRow | None:
    log_no = rows.logs.number_of(dot.log)
    if log_no is None:
        return None
    number = rows.records.number_of(scope_no, log_no, dot.n)
    return None if number is None else rows.records.row(number)


def _whole(
    rows: Rows, ticket: TicketRow, record: RecordRow, decoded: DecodedSets
) -> CaseSide:
    """A record as a side: by the write that gave it its code, or by its birth."""
    birth = dot_of(rows, record)
    evidence = Evidence(rows, record, decoded)
    dot, value = birth, None
    if ticket.field == CODE:
        live = survivors_of(rows, record, CODE)
        code = ticket.subject[1:].decode("utf-8", "surrogatepass")
        dot = next((each for each, text in live.items() if text == code), birth)
        value = code
        dot_origin = origin_of(rows, evidence, dot, CODE)
    else:
        dot_origin = birth
    return CaseSide(
        dot, dot_origin, value, author_of(rows, evidence, dot_origin), record
    )


def author_of(rows: Rows, evidence: Evidence, dot: Dot) -> Author:
    """Who wrote an operation on the record; nobody where it is not here."""
    number = number_of(rows, dot)
    entry = None if number is None else evidence.entry(number)
    if entry is None:
        return _UNKNOWN
    held = entry.change_set
    is_own = is_own_log(rows, dot.log)
    received = 0 if held is None or is_own else held.received_at
    return Author(entry.operation.actor, entry.operation.made_at, received)


def _followed(
    rows: Rows, evidence: Evidence, side: Side, field: int
) -> tuple[Dot, Author]:
    origin = origin_of(rows, evidence, side.dot, field)
    found = author_of(rows, evidence, origin)
    return origin, side.author if found is _UNKNOWN else found


def _require_confirmed(
    rows: Rows, case: Case, record: RecordRow, fields: Iterable[int]
) -> None:
    state = state_of(record)
    wanted = set(fields)
    for dot, effect in state.pending.items():
        if not wanted & effect.touched:
            continue
        entry = Evidence(rows, record, DecodedSets()).entry(dot)
        if entry is None:
            raise StaleTicket(case.id)
        raise StaleTicket(case.id, entry.operation.actor.name, entry.operation.made_at)


def _stale(rows: Rows, wanted: str, prefix: bytes, field: int) -> StaleTicket:
    """Says who decided it, where that was lately."""
    decoded = DecodedSets()
    for row in rows.decisions.newest(0, _RECENT):
        record = rows.records.row(row.record_no)
        if record is None:
            continue
        entry = Evidence(rows, record, decoded, []).entry((row.log_no, row.n))
        if entry is None or not isinstance(entry.operation, Resolve):
            continue
        operation = entry.operation
        is_whole = operation.write.field == RULING_FIELD
        if operation.version.startswith(prefix) and (
            is_whole or operation.write.field == field
        ):
            return StaleTicket(wanted, operation.actor.name, operation.made_at)
    return StaleTicket(wanted)
