"""Decisions that were made, read back from the log: what, by whom, what stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.catalogue.deciding.case import survivors_of
from node.catalogue.deciding.faults import UnknownDecision
from node.catalogue.deciding.plan import DECIDED
from node.catalogue.deciding.telling import MachineNames, field_name, told_value
from node.catalogue.deciding.views import DecisionView
from node.catalogue.pack import Pack
from node.catalogue.reading import dot_of, existence_dots
from node.catalogue.saves import title_of_row
from node.history.evidence import Evidence
from node.history.logbook import DecodedSets, Entry, counts
from node.history.operators import Roster, read_roster
from node.history.survivors import resolved
from node.store.port import Rows
from node.store.row_types import RecordRow
from node.store.ticket_port import DecisionRow
from protocol.errors import MalformedFrame
from protocol.identity import Dot, parse_printed_id, printed_id
from protocol.limits import SET_SPAN_DOTS
from protocol.operation_codec import decode_operation
from protocol.operations import EXISTENCE_FIELD, Operation, Resolve, Tag

MOST_PARTS: Final = 4096
"""No head has more; what another machine wrote may say so."""
_MOST_MISSING: Final = 64
"""So many in a row that are not here are no parts."""


@dataclass(frozen=True, slots=True)
class Made:
    """A decision with its operations, the head first."""

    record: RecordRow
    log_no: int
    head: Resolve
    parts: tuple[Operation, ...]
    """All operations behind the head that belong to it."""

    @property
    def scope_no(self) -> int:
        """The fonds in which it was made."""
        return self.record.scope_no


def find_decision(rows: Rows, wanted: str, decoded: DecodedSets) -> Made:
    """The decision that people call *wanted*; by a part of it, the whole.

    Raises:
        UnknownDecision: there is none.
    """
    try:
        prefix, n = parse_printed_id(wanted)
    except MalformedFrame:
        raise UnknownDecision(wanted) from None
    for log in rows.logs.by_prefix(prefix):
        for scope in rows.scopes.all():
            found = operation_at(rows, scope.scope_no, log.log_no, n, decoded)
            if not isinstance(found, Resolve):
                continue
            record = record_at(rows, scope.scope_no, found.record)
            if record is not None:
                head = _head_of(rows, record, log.log_no, found, decoded)
                parts = find_parts(rows, record.scope_no, log.log_no, head, decoded)
                return Made(record, log.log_no, head, parts)
    raise UnknownDecision(wanted)


def operation_at(
    rows: Rows, scope_no: int, log_no: int, n: int, decoded: DecodedSets
) -> Operation | None:
    """The operation *n* of the log, if it stands in that scope and counts here."""
    for held in rows.sets.holding(scope_no, log_no, n):
        if held.body is None or n >= held.first_n + SET_SPAN_DOTS:
            continue
        found = decoded.operations(rows, held).get(n)
        if found is not None and counts(rows, held)[1]:
            return found
    own = rows.logs.own()
    row = rows.journal.get(n) if own is not None and own.log_no == log_no else None
    if row is None or row.scope_no != scope_no:
        return None
    return decode_operation(row.op)


def record_at(rows: Rows, scope_no: int, dot: Dot) -> RecordRow | None:
    """The record with that identity."""
    log_no = rows.logs.number_of(dot.log)
    if log_no is None:
        return None
    number = rows.records.number_of(scope_no, log_no, dot.n)
    return None if number is None else rows.records.row(number)


def part_count(operation: Operation) -> int:
    """How many operations behind a head belong to it."""
    if isinstance(operation, Resolve) and operation.write.field == DECIDED:
        match resolved(operation.write.value):
            case (Tag.GROUP, int(), int(amount), *_):
                return min(max(0, amount), MOST_PARTS)
            case _:
                pass
    return 0


def decisions_of(
    rows: Rows, record: RecordRow, pack: Pack, decoded: DecodedSets
) -> list[DecisionView]:
    """The decisions on a record, by the deciders' clocks."""
    found = views_of_decisions(
        rows, rows.decisions.of_record(record.record_no), pack, decoded
    )
    return sorted(found, key=lambda each: (each.time, each.id))


def views_of_decisions(
    rows: Rows, decisions: Sequence[DecisionRow], pack: Pack, decoded: DecodedSets
) -> list[DecisionView]:
    """Decisions as people see them; what belongs to a head is told with it."""
    names, roster = MachineNames(rows), read_roster(rows)
    found = []
    for decision in decisions:
        record = rows.records.row(decision.record_no)
        if record is None:
            continue
        evidence = Evidence(rows, record, decoded, [])
        entry = evidence.entry((decision.log_no, decision.n))
        if entry is None or not isinstance(entry.operation, Resolve):
            continue
        if _is_part(rows, record, decision.log_no, entry.operation, decoded):
            continue
        known = (pack, names, roster)
        found.append(_view(rows, record, entry, entry.operation, evidence, known))
    return found


def stands(rows: Rows, record: RecordRow, field: int, dot: Dot) -> bool:
    """Whether the value that *dot* gave the field survives."""
    if field == EXISTENCE_FIELD:
        return dot in existence_dots(rows, record)
    return dot in survivors_of(rows, record, field)


def _view(
    rows: Rows,
    record: RecordRow,
    entry: Entry,
    operation: Resolve,
    evidence: Evidence,
    known: tuple[Pack, MachineNames, Roster],
) -> DecisionView:
    pack, names, roster = known
    log = rows.logs.id_of(entry.log_no)
    field = operation.write.field
    is_whole = field == DECIDED
    value = None
    if not is_whole:
        _, value = evidence.given((entry.log_no, operation.n), field)
    told = roster.tell(
        rows, entry.log_no, operation, entry.signed, is_left=entry.is_left
    )
    return DecisionView(
        id=printed_id(Dot(log, operation.n)),
        record=printed_id(dot_of(rows, record)),
        code=record.code or "",
        title=title_of_row(record),
        field="" if is_whole else field_name(field, pack),
        value=None if value is None else told_value(field, value, pack),
        who=operation.actor.name,
        machine=names.of(log),
        time=operation.made_at,
        choice=operation.choice,
        reason=operation.reason,
        signature="" if told.word is None else told.word.value,
        signer=told.signer,
        is_standing=stands(rows, record, field, Dot(log, operation.n)),
    )


def _heads(
    rows: Rows, record: RecordRow, log_no: int, n: int, decoded: DecodedSets
) -> Resolve | None:
    """The head before operation *n* of the log to which it belongs."""
    for decision in rows.decisions.of_record(record.record_no):
        if decision.field != DECIDED or decision.log_no != log_no or decision.n >= n:
            continue
        head = operation_at(rows, record.scope_no, log_no, decision.n, decoded)
        if isinstance(head, Resolve) and n <= decision.n + part_count(head):
            return head
    return None


def _head_of(
    rows: Rows,
    record: RecordRow,
    log_no: int,
    operation: Resolve,
    decoded: DecodedSets,
) -> Resolve:
    return _heads(rows, record, log_no, operation.n, decoded) or operation


def _is_part(
    rows: Rows,
    record: RecordRow,
    log_no: int,
    operation: Resolve,
    decoded: DecodedSets,
) -> bool:
    return _heads(rows, record, log_no, operation.n, decoded) is not None


def find_parts(
    rows: Rows, scope_no: int, log_no: int, head: Resolve, decoded: DecodedSets
) -> tuple[Operation, ...]:
    """The operations behind a head that belong to it."""
    found = []
    missing = 0
    for n in range(head.n + 1, head.n + part_count(head) + 1):
        operation = operation_at(rows, scope_no, log_no, n, decoded)
        if operation is not None:
            found.append(operation)
            missing = 0
        else:
            missing += 1
            if missing == _MOST_MISSING:
                break
    return tuple(found)
