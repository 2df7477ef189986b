"""From a ruling to operations: each way of deciding, for every class of ticket."""

from __future__ import annotations

import re
from typing import Final

from node.catalogue.deciding.case import (
    Case,
    CaseSide,
    number_of,
    origin_of,
    survivors_of,
)
from node.catalogue.deciding.disputes import is_objected, objected_dots
from node.catalogue.deciding.faults import RulingNotOffered
from node.catalogue.deciding.merging import FIRST_FIELD, merge, typed_value
from node.catalogue.deciding.plan import (
    DECIDED,
    DISTINCT,
    SPLIT_FROM,
    Decider,
    Plan,
)
from node.catalogue.deciding.ruling import Choice, Ruling, RulingKind, ways
from node.catalogue.fields import CODE, CORRECTIONS, STATE, TITLE
from node.catalogue.reading import dot_of, state_of
from node.catalogue.shown import values_shown
from node.errors import InvalidValue
from node.history.docket import DISPUTE_FIELD
from node.history.effects import WITHDRAWN
from node.history.evidence import Evidence
from node.history.logbook import DecodedSets
from node.history.survivors import list_fields_of, surviving_elements, survivors
from node.store.port import Rows
from node.store.row_types import RecordRow
from node.store.ticket_port import TicketClass
from protocol.identity import Dot
from protocol.operations import (
    EXISTENCE_FIELD,
    Create,
    Elements,
    Operation,
    Tag,
    Value,
)

_OF_ONE: Final = frozenset({CODE, STATE, DECIDED})
_LISTS_OF_ONE: Final = frozenset({CORRECTIONS, DISPUTE_FIELD})
_NUMBER: Final = re.compile(r"(.*?)(\d+)", re.DOTALL)


def planned_operations(
    rows: Rows, case: Case, ruling: Ruling, decider: Decider, n: int
) -> list[Operation]:
    """What the ruling writes, numbered from *n* on.

    Raises:
        RulingNotOffered: the ticket cannot be decided so.
        UnknownField, InvalidValue, SecretRefused: a value cannot be kept.
    """
    offered = ways(case.ticket_class, is_objected=is_objected(rows, case))
    is_about_decision = case.ticket.field == DECIDED
    if ruling.kind not in offered or (
        is_about_decision and ruling.kind is not RulingKind.UPHOLD
    ):
        raise RulingNotOffered(ruling.kind, case.id)
    match ruling.kind:
        case RulingKind.MERGE | RulingKind.DISTINCT | RulingKind.RENUMBER:
            return _on_records(rows, case, ruling, decider, n)
        case RulingKind.KEEP | RulingKind.WITHDRAW:
            return _on_existence(
                Plan(rows, case, decider), n, stays=ruling.kind is RulingKind.KEEP
            )
        case RulingKind.ADOPT | RulingKind.REFUSE:
            return _on_proposal(Plan(rows, case, decider), ruling, n)
        case _:
            return _on_field(Plan(rows, case, decider), ruling, n)


def _on_field(plan: Plan, ruling: Ruling, n: int) -> list[Operation]:
    """One field of one record gets a value."""
    case, record, field = plan.case, plan.case.record, plan.case.ticket.field
    choice = Choice.ONE_OF_THEM
    match ruling.kind:
        case RulingKind.WRITE:
            choice = Choice.ANOTHER
            plan.resolve(record, field, _typed(plan, ruling), choice)
            plan.correct(record, field)
        case RulingKind.BOTH:
            choice = Choice.BOTH_KEPT
            _keep_both(plan, _side(case, ruling))
        case RulingKind.UPHOLD if field == DECIDED:
            for head in objected_dots(plan.rows, case):
                plan.resolve(record, field, copy_of(head), choice, (head,))
        case RulingKind.UPHOLD:
            plan.resolve(record, field, _standing(plan), choice)
        case _:
            plan.resolve(record, field, copy_of(_side(case, ruling).origin), choice)
    return plan.operations(n, choice, record)


def _on_records(
    rows: Rows, case: Case, ruling: Ruling, decider: Decider, n: int
) -> list[Operation]:
    """Several records are set apart, or made one."""
    if ruling.kind is RulingKind.RENUMBER:
        return _renumber(rows, case, ruling, decider, n)
    plan = Plan(rows, case, decider)
    if ruling.kind is RulingKind.MERGE:
        stays = merge(plan, ruling)
        return plan.operations(n, Choice.ONE_OF_THEM, stays)
    first, *others = (dot_of(rows, side.record) for side in case.sides)
    for other in others:
        plan.link(DISTINCT, first, other)
    return plan.operations(n, Choice.BOTH_KEPT, case.record, has_head=True)


def _on_existence(plan: Plan, n: int, *, stays: bool) -> list[Operation]:
    """The record stays, or goes."""
    record = plan.case.record
    if stays:
        plan.resolve(record, EXISTENCE_FIELD, None, Choice.ONE_OF_THEM)
        return plan.operations(n, Choice.ONE_OF_THEM, record)
    plan.withdraw(record, is_headed=True)
    return plan.operations(n, Choice.ONE_OF_THEM, record, has_head=True)


def _on_proposal(plan: Plan, ruling: Ruling, n: int) -> list[Operation]:
    """What was proposed counts, or what stood before it stays."""
    record, field = plan.case.record, plan.case.ticket.field
    adopts = ruling.kind is RulingKind.ADOPT
    proposal = _proposal(plan, ruling) if adopts else None
    if field == EXISTENCE_FIELD:
        if proposal is not None:
            return _on_existence(plan, n, stays=not _is_withdrawal(proposal.value))
        return _on_existence(plan, n, stays=not _stands_withdrawn(plan))
    value = _before(plan) if proposal is None else copy_of(proposal.origin)
    plan.resolve(record, field, value, Choice.ONE_OF_THEM)
    return plan.operations(n, Choice.ONE_OF_THEM, record)


def copy_of(dot: Dot) -> Value:
    """The value which that dot gave to the same field."""
    return (int(Tag.COPY), dot.log, dot.n)


def base_of(
    rows: Rows, evidence: Evidence, field: int, origins: list[Dot]
) -> Dot | None:
    """基准: the write that all the writers replaced, where there is just one."""
    named: list[set[Dot]] = []
    for origin in origins:
        number = number_of(rows, origin)
        if number is not None and evidence.entry(number) is not None:
            dots = evidence.named(number, field)
            named.append(
                {
                    origin_of(rows, evidence, Dot(rows.logs.id_of(log_no), n), field)
                    for log_no, n in dots
                }
            )
    if not named:
        return None
    found = []
    for dot in sorted(set.intersection(*named)):
        number = number_of(rows, dot)
        if number is not None:
            is_written, value = evidence.given(number, field)
            if is_written and value is not None:
                found.append(dot)
    return found[0] if len(found) == 1 else None


def _side(case: Case, ruling: Ruling) -> CaseSide:
    if not 1 <= ruling.side <= len(case.sides):
        raise RulingNotOffered(ruling.kind, case.id)
    return case.sides[ruling.side - 1]


def _typed(plan: Plan, ruling: Ruling) -> Value:
    pack, number = plan.decider.pack, plan.case.ticket.field
    field = pack.by_number.get(number)
    if field is None:
        raise RulingNotOffered(ruling.kind, plan.case.id)
    value = typed_value(field, ruling.value, pack)
    if number == TITLE and value is None:
        raise InvalidValue(field.name, "title-missing", "")
    return value


def _keep_both(plan: Plan, kept: CaseSide) -> None:
    """The record keeps one value; each other value gets a record of its own."""
    rows, record, number = plan.rows, plan.case.record, plan.case.ticket.field
    plan.resolve(record, number, copy_of(kept.origin), Choice.BOTH_KEPT)
    state = state_of(record)
    values = {
        field: found[0]
        for field, found in values_shown(rows, record, state, plan.decider.pack).items()
        if field not in _OF_ONE and field not in state.elements and found
    }
    lists = tuple(
        Elements(field, members)
        for field in list_fields_of(state)
        if field >= FIRST_FIELD and field not in _LISTS_OF_ONE
        if (members := tuple(_members(record, field)))
    )
    for field in list_fields_of(state):
        values.pop(field, None)
    others = dict.fromkeys(side.value for side in plan.case.sides)
    others.pop(kept.value, None)
    for value in others:
        _split(plan, {**values, number: value}, lists)


def _split(plan: Plan, values: dict[int, Value], lists: tuple[Elements, ...]) -> None:
    decider = plan.decider
    written = tuple((f, v) for f, v in sorted(values.items()) if v is not None)
    plan.make(lambda n: Create(n, decider.actor, decider.made_at, written, lists))
    original = dot_of(plan.rows, plan.case.record)

    def link(n: int) -> Operation:
        made = Dot(decider.own_log, n - 1)
        return plan.link_of(SPLIT_FROM, made, original)(n)

    plan.make(link)


def _members(record: RecordRow, field: int) -> list[Value]:
    found = surviving_elements(state_of(record), field)
    return list(dict(sorted(found.items())).values())


def _renumber(
    rows: Rows, case: Case, ruling: Ruling, decider: Decider, n: int
) -> list[Operation]:
    """Every record but one gets another code; a decision for each of them."""
    keeper = _side(case, ruling).record
    others = [s.record for s in case.sides if s.record.record_no != keeper.record_no]
    others = list({row.record_no: row for row in others}.values())
    code = str(case.sides[0].value)
    if ruling.value.strip():
        field = decider.pack.by_number[CODE]
        new: Value = typed_value(field, ruling.value, decider.pack)
        is_taken = len(others) > 1 or any(rows.records.by_code(str(new)))
        if is_taken:
            raise InvalidValue(field.name, "code-in-use", str(new))
    else:
        new = decider.next_code(rows, case.ticket.scope_no, code)
    made: list[Operation] = []
    for record in others:
        plan = Plan(rows, case, decider)
        plan.resolve(record, CODE, new, Choice.ANOTHER)
        plan.correct(record, CODE)
        made += plan.operations(n + len(made), Choice.ANOTHER, record)
        new = _following(rows, new)
    return made


def _following(rows: Rows, code: Value) -> Value:
    """The first code behind *code* that no record has."""
    while isinstance(code, str):
        parts = _NUMBER.fullmatch(code)
        if parts is None:
            return None
        stem, digits = parts.groups()
        code = f"{stem}{int(digits) + 1:0{len(digits)}d}"
        if not rows.records.by_code(code):
            return code
    return None


def _evidence(plan: Plan) -> Evidence:
    return Evidence(plan.rows, plan.case.record, DecodedSets())


def _proposal(plan: Plan, ruling: Ruling) -> CaseSide:
    """The side that proposes: the one named, if it does, else the first."""
    evidence, field = _evidence(plan), plan.case.ticket.field
    proposing = []
    for place, side in enumerate(plan.case.sides, 1):
        number = number_of(plan.rows, side.dot)
        if number is not None and evidence.is_proposal(number, field):
            proposing.append((place, side))
    if not proposing:
        raise RulingNotOffered(ruling.kind, plan.case.id)
    return dict(proposing).get(ruling.side, proposing[0][1])


def _before(plan: Plan) -> Value:
    """What stands while a proposal waits, or stood before a change behind a filing."""
    case, field = plan.case, plan.case.ticket.field
    if field == EXISTENCE_FIELD:
        return None
    evidence = _evidence(plan)
    if case.ticket_class is TicketClass.PROPOSAL:
        live = survivors(state_of(case.record), field)
        standing = list(evidence.standing(field, live))
        if not standing:
            return None
        log_no, n = standing[0]
        dot = Dot(plan.rows.logs.id_of(log_no), n)
        return copy_of(origin_of(plan.rows, evidence, dot, field))
    base = base_of(plan.rows, evidence, field, [side.origin for side in case.sides])
    return None if base is None else copy_of(base)


def _standing(plan: Plan) -> Value:
    """The value of the decision to which a room objected."""
    field = plan.case.ticket.field
    live = sorted(survivors_of(plan.rows, plan.case.record, field))
    if not live or field == EXISTENCE_FIELD:
        raise RulingNotOffered(RulingKind.UPHOLD, plan.case.id)
    return copy_of(origin_of(plan.rows, _evidence(plan), live[0], field))


def _is_withdrawal(value: Value) -> bool:
    return isinstance(value, tuple) and value[:1] == (WITHDRAWN,)


def _stands_withdrawn(plan: Plan) -> bool:
    """Whether a withdrawal stands that nobody only proposes."""
    evidence = _evidence(plan)
    live = survivors(state_of(plan.case.record), EXISTENCE_FIELD)
    return any(
        _is_withdrawal(value) and not evidence.is_proposal(dot, EXISTENCE_FIELD)
        for dot, value in live.items()
    )
