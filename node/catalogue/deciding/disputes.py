"""裁定往来: questions of the hub, answers and objections of rooms.

Each is an element of field 47 of the record: (3, kind, field, what it refers to, text).
A question and its answer refer to the version of the ticket, an objection to the dot of
the decision.
"""

from __future__ import annotations

from typing import NamedTuple

from node.catalogue.deciding.case import Case
from node.catalogue.deciding.views import Remark, TalkKind, TalkState
from node.catalogue.histories import machine_name
from node.catalogue.reading import state_of
from node.history.docket import ANSWER, DISPUTE_FIELD, OBJECTION, QUESTION
from node.history.effects import DotNo
from node.history.evidence import Evidence
from node.history.survivors import RecordState, surviving_elements, survivors
from node.history.tickets import dot_bytes
from node.store.port import Rows
from node.store.ticket_port import TicketRow
from protocol.identity import Dot
from protocol.operations import Actor, Add, Elements, Tag, Value

_KINDS = {
    QUESTION: TalkKind.QUESTION,
    ANSWER: TalkKind.ANSWER,
    OBJECTION: TalkKind.OBJECTION,
}


class Dispute(NamedTuple):
    """One thing that was said."""

    dot: DotNo
    kind: int
    field: int
    refers_to: bytes
    text: str


def disputes_in(state: RecordState) -> list[Dispute]:
    """Everything that was said about the record, own words included."""
    found = []
    for element, value in sorted(surviving_elements(state, DISPUTE_FIELD).items()):
        match value:
            case (Tag.GROUP, int(kind), int(field), bytes(ref), str(text), *_):
                found.append(Dispute(element[:2], kind, field, ref, text))
            case _:
                continue
    return found


def talk_state(rows: Rows, ticket: TicketRow, state: RecordState) -> TalkState:
    """How far the talk about a ticket is."""
    said = [each for each in disputes_in(state) if each.field == ticket.field]
    asked = [
        each.kind
        for each in said
        if each.kind in (QUESTION, ANSWER) and each.refers_to == ticket.version
    ]
    questions, answers = asked.count(QUESTION), asked.count(ANSWER)
    if questions > answers:
        return TalkState.ASKED
    if _has_objection(rows, ticket.field, state, said):
        return TalkState.OBJECTED
    return TalkState.ANSWERED if answers else TalkState.NONE


def is_objected(rows: Rows, case: Case) -> bool:
    """Whether a room objected to the decision that stands in the field."""
    state = state_of(case.record)
    field = case.ticket.field
    said = [each for each in disputes_in(state) if each.field == field]
    return _has_objection(rows, field, state, said)


def objected_dots(rows: Rows, case: Case) -> list[Dot]:
    """The decisions on the field that stand and that a room objected to."""
    field, state = case.ticket.field, state_of(case.record)
    said = [each for each in disputes_in(state) if each.field == field]
    return sorted(_objected(rows, field, state, said))


def has_objected(rows: Rows, state: RecordState, field: int, key: bytes) -> bool:
    """Whether the machine of that key has objected in the field before."""
    return any(
        each.kind == OBJECTION
        and each.field == field
        and rows.logs.row(each.dot[0]).public_key == key
        for each in disputes_in(state)
    )


def remarks(
    rows: Rows, ticket: TicketRow, state: RecordState, evidence: Evidence
) -> tuple[Remark, ...]:
    """What was said about the field, by the speakers' clocks."""
    found = []
    for each in disputes_in(state):
        kind = _KINDS.get(each.kind)
        if each.field != ticket.field or kind is None:
            continue
        found.append(remark_of(rows, each, kind, evidence))
    return tuple(sorted(found, key=lambda remark: remark.time))


def open_question(
    rows: Rows, ticket: TicketRow, state: RecordState, evidence: Evidence
) -> Remark | None:
    """The newest question about the ticket, where it waits for an answer."""
    if talk_state(rows, ticket, state) is not TalkState.ASKED:
        return None
    asked = [
        remark_of(rows, each, TalkKind.QUESTION, evidence)
        for each in disputes_in(state)
        if each.kind == QUESTION and each.refers_to == ticket.version
    ]
    return max(asked, key=lambda remark: remark.time, default=None)


def remark_of(
    rows: Rows, dispute: Dispute, kind: TalkKind, evidence: Evidence
) -> Remark:
    """Who said it, where and when."""
    entry = evidence.entry(dispute.dot)
    machine = machine_name(rows, rows.logs.id_of(dispute.dot[0]))
    if entry is None:
        return Remark(kind, "", machine, 0, dispute.text)
    operation = entry.operation
    return Remark(kind, operation.actor.name, machine, operation.made_at, dispute.text)


def saying(
    n: int,
    actor: Actor,
    made_at: int,
    record: Dot,
    said: tuple[int, int, bytes, str],
) -> Add:
    """The operation that says (kind, field, what it refers to, text)."""
    value: Value = (int(Tag.GROUP), *said)
    return Add(n, actor, made_at, record, (Elements(DISPUTE_FIELD, (value,)),))


def _has_objection(
    rows: Rows, field: int, state: RecordState, said: list[Dispute]
) -> bool:
    return bool(_objected(rows, field, state, said))


def _objected(
    rows: Rows, field: int, state: RecordState, said: list[Dispute]
) -> list[Dot]:
    objected = {each.refers_to for each in said if each.kind == OBJECTION}
    if not objected:
        return []
    live = [Dot(rows.logs.id_of(log_no), n) for log_no, n in survivors(state, field)]
    return [dot for dot in live if dot_bytes(dot) in objected]
