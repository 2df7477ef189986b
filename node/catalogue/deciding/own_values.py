"""What became of a room's own values: 待裁, 已采用, 已被替换 and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from node.catalogue.aliases import ALIAS
from node.catalogue.deciding.case import (
    is_own_log,
    number_of,
    open_case,
    origin_of,
)
from node.catalogue.deciding.disputes import has_objected, open_question
from node.catalogue.deciding.doing import is_hub
from node.catalogue.deciding.faults import StaleTicket
from node.catalogue.deciding.made import Made, find_parts, stands
from node.catalogue.deciding.plan import DECIDED
from node.catalogue.deciding.ruling import Choice
from node.catalogue.deciding.telling import field_name, told_value, views_of
from node.catalogue.deciding.views import (
    MyCounts,
    MyStanding,
    MyValue,
    Question,
)
from node.catalogue.pack import Pack
from node.catalogue.reading import dot_of, state_of
from node.catalogue.saves import title_of_row
from node.history.effects import RESTORED, WITHDRAWN, DotNo
from node.history.evidence import Evidence
from node.history.logbook import DecodedSets
from node.history.registers import own_key
from node.history.tickets import is_of_field, ticket_id
from node.store.port import Rows
from node.store.row_types import RecordRow
from node.store.ticket_port import DecisionRow, TicketFilter, TicketRow
from protocol.identity import Dot, printed_id
from protocol.operations import Link, Resolve, Restore, Value, Withdraw

SEEN: Final = "decisions.seen"
"""Setting: when somebody at this machine last looked at what became of its values."""
_MOST_LOOKED_AT: Final = 500
_AT_ONCE: Final = 50


def my_values(rows: Rows, pack: Pack, offset: int, limit: int) -> list[MyValue]:
    """Own values that wait, by weight, then those decided on, the newest first."""
    own = own_logs(rows)
    wanted = TicketFilter(log_nos=own)
    waiting = rows.tickets.count(wanted)
    found: list[MyValue] = []
    if offset < waiting:
        for ticket in rows.tickets.page(wanted, offset, limit):
            found += _waiting(rows, ticket, pack)
    skipped = max(0, offset - waiting)
    for value in _decided(rows, pack):
        if len(found) >= limit:
            break
        if skipped:
            skipped -= 1
        else:
            found.append(value)
    return found[:limit]


def my_questions(rows: Rows, pack: Pack) -> list[Question]:
    """Questions about own values that wait for an answer."""
    found = []
    decoded = DecodedSets()
    for ticket in _own_tickets(rows):
        record = rows.records.row(ticket.record_no)
        if record is None:
            continue
        evidence = Evidence(rows, record, decoded, [])
        asked = open_question(rows, ticket, state_of(record), evidence)
        if asked is not None:
            for view in views_of(rows, [ticket], pack):
                found.append(Question(view, asked.text, asked.who, asked.time))
    return found


def my_counts(rows: Rows) -> MyCounts:
    """How many own values wait, how many questions, how much was decided lately."""
    if is_hub(rows):
        return MyCounts(0, 0, 0)
    decoded = DecodedSets()
    waiting = questions = 0
    for ticket in _own_tickets(rows):
        waiting += 1
        record = rows.records.row(ticket.record_no)
        if record is not None:
            evidence = Evidence(rows, record, decoded, [])
            asked = open_question(rows, ticket, state_of(record), evidence)
            questions += asked is not None
    seen = rows.settings.get(SEEN) or 0
    fresh = 0
    for decision in rows.decisions.newest(0, _AT_ONCE):
        if decision.made_at <= seen:
            break
        fresh += any(True for _ in _of_decision(rows, decision, None, decoded))
    return MyCounts(waiting, questions, fresh)


def own_logs(rows: Rows) -> tuple[int, ...]:
    """Logs of this machine, under whichever incarnation."""
    return tuple(row.log_no for row in rows.logs.all() if is_own_log(rows, row.log))


def is_own_loss(rows: Rows, made: Made, decoded: DecodedSets) -> bool:
    """Whether the decision set a value of this machine aside."""
    head = made.head
    field = head.write.field
    if field == DECIDED:
        return any(_is_own_alias(rows, each) for each in made.parts)
    evidence = Evidence(rows, made.record, decoded)
    dot = Dot(rows.logs.id_of(made.log_no), head.n)
    own = _own_origins(rows, evidence, head)
    return bool(own) and not _is_adopted(rows, evidence, dot, head, own)


def _own_tickets(rows: Rows) -> list[TicketRow]:
    wanted = TicketFilter(log_nos=own_logs(rows))
    return rows.tickets.page(wanted, 0, rows.tickets.count(wanted))


def _waiting(rows: Rows, ticket: TicketRow, pack: Pack) -> Iterator[MyValue]:
    try:
        case = open_case(rows, ticket, DecodedSets())
    except StaleTicket:
        return
    for side in case.sides:
        if not is_own_log(rows, side.origin.log):
            continue
        value: object = None
        if is_of_field(ticket):
            value = told_value(ticket.field, side.value, pack)
        elif side.value is not None:
            value = str(side.value)
        yield MyValue(
            record=printed_id(dot_of(rows, side.record)),
            code=side.record.code or "",
            title=title_of_row(side.record),
            field=field_name(ticket.field, pack) if is_of_field(ticket) else "",
            value=value,
            standing=MyStanding.WAITING,
            now=None,
            reason="",
            who="",
            time=side.author.made_at,
            decision="",
            ticket=ticket_id(ticket),
            can_object=False,
        )


def _decided(rows: Rows, pack: Pack) -> Iterator[MyValue]:
    decoded = DecodedSets()
    for start in range(0, _MOST_LOOKED_AT, _AT_ONCE):
        found = rows.decisions.newest(start, _AT_ONCE)
        for decision in found:
            yield from _of_decision(rows, decision, pack, decoded)
        if len(found) < _AT_ONCE:
            return


def _of_decision(
    rows: Rows, decision: DecisionRow, pack: Pack | None, decoded: DecodedSets
) -> Iterator[MyValue]:
    """Own values on which one decision decided; without a pack only how many."""
    record = rows.records.row(decision.record_no)
    if record is None:
        return
    evidence = Evidence(rows, record, decoded, [])
    entry = evidence.entry((decision.log_no, decision.n))
    if entry is None or not isinstance(entry.operation, Resolve):
        return
    operation = entry.operation
    dot = Dot(rows.logs.id_of(decision.log_no), decision.n)
    if not stands(rows, record, decision.field, dot):
        return
    if decision.field == DECIDED:
        yield from _merged(rows, record, decision, operation, decoded)
        return
    own = _own_origins(rows, evidence, operation)
    if not own:
        return
    is_adopted = _is_adopted(rows, evidence, dot, operation, own)
    field = decision.field
    now = evidence.given((decision.log_no, decision.n), field)[1]
    number = number_of(rows, own[0])
    value: Value = None
    if number is not None:
        value = _said(evidence, number, field)
    standing = MyStanding.ADOPTED if is_adopted else MyStanding.REPLACED
    can_object = not is_adopted and not has_objected(
        rows, state_of(record), field, own_key(rows)
    )
    yield MyValue(
        record=printed_id(dot_of(rows, record)),
        code=record.code or "",
        title=title_of_row(record),
        field="" if pack is None else field_name(field, pack),
        value=None if pack is None else told_value(field, value, pack),
        standing=standing,
        now=None if pack is None else told_value(field, now, pack),
        reason=operation.reason,
        who=operation.actor.name,
        time=operation.made_at,
        decision=printed_id(dot),
        ticket="",
        can_object=can_object and not is_hub(rows),
    )


def _merged(
    rows: Rows,
    record: RecordRow,
    decision: DecisionRow,
    head: Resolve,
    decoded: DecodedSets,
) -> Iterator[MyValue]:
    """Own records that became an alias of another by a merge."""
    parts = find_parts(rows, record.scope_no, decision.log_no, head, decoded)
    for part in parts:
        if not _is_own_alias(rows, part) or not isinstance(part, Link):
            continue
        objected = has_objected(rows, state_of(record), DECIDED, own_key(rows))
        yield MyValue(
            record=printed_id(part.record),
            code=record.code or "",
            title=title_of_row(record),
            field="",
            value=printed_id(part.record),
            standing=MyStanding.REPLACED,
            now=printed_id(part.target),
            reason=head.reason,
            who=head.actor.name,
            time=head.made_at,
            decision=printed_id(Dot(rows.logs.id_of(decision.log_no), head.n)),
            ticket="",
            can_object=not objected and not is_hub(rows),
        )


def _is_own_alias(rows: Rows, operation: object) -> bool:
    return (
        isinstance(operation, Link)
        and operation.link == ALIAS
        and is_own_log(rows, operation.record.log)
    )


def _own_origins(rows: Rows, evidence: Evidence, operation: Resolve) -> list[Dot]:
    """Own writes among those that the decision names, through copies and decisions."""
    field = operation.write.field
    found: dict[Dot, None] = {}
    waiting = list(operation.write.names)
    looked_at: set[Dot] = set()
    while waiting:
        name = waiting.pop(0)
        if name in looked_at:
            continue
        looked_at.add(name)
        number = number_of(rows, name)
        if name == operation.record and (
            number is None or evidence.given(number, field)[1] is None
        ):
            continue
        entry = None if number is None else evidence.entry(number)
        if entry is not None and isinstance(entry.operation, Resolve):
            waiting += entry.operation.write.names
        origin = origin_of(rows, evidence, name, field)
        if is_own_log(rows, origin.log):
            found[origin] = None
    return list(found)


def _said(evidence: Evidence, number: DotNo, field: int) -> Value:
    """What an own write gave the field; of a withdrawal, what field 0 holds of it."""
    entry = evidence.entry(number)
    match None if entry is None else entry.operation:
        case Withdraw(reason=reason):
            return (WITHDRAWN, reason)
        case Restore(reason=reason):
            return (RESTORED, reason)
        case _:
            return evidence.given(number, field)[1]


def _is_adopted(
    rows: Rows,
    evidence: Evidence,
    dot: Dot,
    operation: Resolve,
    own: list[Dot],
) -> bool:
    field = operation.write.field
    if operation.choice == Choice.BOTH_KEPT:
        return True
    if origin_of(rows, evidence, dot, field) in own:
        return True
    decided = number_of(rows, dot)
    mine = [number_of(rows, each) for each in own]
    now = None if decided is None else evidence.given(decided, field)[1]
    return any(
        each is not None and evidence.given(each, field) == (True, now) for each in mine
    )
