"""What stands beside a ticket when it is decided: base, evidence, neighbours, talk."""

from __future__ import annotations

import re
from typing import Final

from node.catalogue.deciding.case import Case, number_of, origin_of
from node.catalogue.deciding.disputes import is_objected, remarks
from node.catalogue.deciding.made import decisions_of
from node.catalogue.deciding.merging import differences
from node.catalogue.deciding.plan import DECIDED
from node.catalogue.deciding.plans import base_of
from node.catalogue.deciding.ruling import READY_REASONS, Offer, RulingKind, offers
from node.catalogue.deciding.telling import (
    MachineNames,
    codes_of,
    text_of,
    told_value,
    view_of,
)
from node.catalogue.deciding.views import (
    FieldPair,
    Neighbour,
    PriorView,
    SideDetail,
    TicketDetail,
)
from node.catalogue.pack import Pack
from node.catalogue.reading import dot_of, record_of, state_of
from node.catalogue.record import shown_fields
from node.catalogue.saves import title_of_row
from node.catalogue.shown import values_shown
from node.catalogue.values import shown_value
from node.history.evidence import Evidence
from node.history.logbook import DecodedSets
from node.history.record_rows import is_visible
from node.history.tickets import is_of_field
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.header import decode_header
from protocol.identity import Dot, printed_id

_NUMBER: Final = re.compile(r"(.*?)(\d+)", re.DOTALL)
_LOOKED_AROUND: Final = 5
"""How many numbers before and behind are tried for a neighbour."""


def detail_of(rows: Rows, case: Case, pack: Pack, decoded: DecodedSets) -> TicketDetail:
    """Everything beside which the ticket is decided."""
    names = MachineNames(rows)
    fonds = codes_of(rows, [case.ticket.scope_no]).get(case.ticket.scope_no, "")
    view = view_of(rows, case, pack, fonds, names)
    record, listed = case.record, case.listed
    evidence = Evidence(rows, record, decoded)
    sides = []
    for told, side in zip(view.sides, case.sides, strict=True):
        own = (
            evidence
            if side.record.record_no == record.record_no
            else Evidence(rows, side.record, decoded)
        )
        named, place = _known_to(rows, case, own, side.origin, pack)
        sides.append(SideDetail(told, named, *place))
    other = case.others[0] if case.others else None
    made = decisions_of(rows, record, pack, decoded)
    if other is not None:
        made += decisions_of(rows, other, pack, decoded)
    return TicketDetail(
        ticket=view,
        base=_base(rows, case, evidence, pack, names),
        sides=tuple(sides),
        record=record_of(rows, record, pack, fonds),
        other=None if other is None else record_of(rows, other, pack, fonds),
        pairs=() if other is None else pairs_of(rows, record, other, pack),
        neighbours=_neighbours(rows, record),
        talk=remarks(
            rows,
            case.ticket,
            state_of(listed),
            Evidence(rows, listed, decoded),
        ),
        decisions=tuple(made),
        offers=offers_of(rows, case, pack),
    )


def offers_of(rows: Rows, case: Case, pack: Pack) -> tuple[Offer, ...]:
    """In which ways the ticket can be decided.

    A value of one's own is offered only where people may write the field.
    """
    if case.ticket.field == DECIDED:
        uphold = RulingKind.UPHOLD
        return (Offer(uphold, 0, READY_REASONS[uphold]),)
    found = offers(
        case.ticket_class, len(case.sides), is_objected=is_objected(rows, case)
    )
    field = pack.by_number.get(case.ticket.field)
    if field is not None and field.is_typed and field.is_shown:
        return found
    return tuple(each for each in found if each.kind is not RulingKind.WRITE)


def pairs_of(
    rows: Rows, first: RecordRow, second: RecordRow, pack: Pack
) -> tuple[FieldPair, ...]:
    """Two records field by field, in the order of the pack."""
    one = shown_fields(values_shown(rows, first, state_of(first), pack), pack)
    other = shown_fields(values_shown(rows, second, state_of(second), pack), pack)
    unlike = {each.number for each in differences(rows, first, second, pack)}
    found = []
    for field in pack.fields:
        if field.name not in one and field.name not in other:
            continue
        first_text = text_of(field.number, one.get(field.name), pack)
        second_text = text_of(field.number, other.get(field.name), pack)
        is_same = first_text == second_text and field.number not in unlike
        found.append(FieldPair(field.name, first_text, second_text, is_same))
    return tuple(found)


def _base(
    rows: Rows, case: Case, evidence: Evidence, pack: Pack, names: MachineNames
) -> PriorView | None:
    ticket = case.ticket
    if not is_of_field(ticket):
        return None
    origins = [side.origin for side in case.sides]
    dot = base_of(rows, evidence, ticket.field, origins)
    number = None if dot is None else number_of(rows, dot)
    entry = None if number is None else evidence.entry(number)
    if dot is None or number is None or entry is None:
        return None
    value = told_value(ticket.field, evidence.given(number, ticket.field)[1], pack)
    return PriorView(
        value,
        text_of(ticket.field, value, pack),
        entry.operation.actor.name,
        names.of(dot.log),
        entry.operation.made_at,
    )


def _known_to(
    rows: Rows, case: Case, evidence: Evidence, origin: Dot, pack: Pack
) -> tuple[tuple[str, ...], tuple[int, int]]:
    """What a writer had on the screen, and how far it had read of the order."""
    field = case.ticket.field
    number = number_of(rows, origin)
    entry = None if number is None else evidence.entry(number)
    if number is None or entry is None:
        return (), (0, 0)
    texts: dict[str, None] = {}
    for log_no, n in evidence.named(number, field):
        named = origin_of(rows, evidence, Dot(rows.logs.id_of(log_no), n), field)
        there = number_of(rows, named)
        is_written, value = evidence.given(there, field) if there else (False, None)
        if is_written and value is not None:
            texts[text_of(field, told_value(field, value, pack), pack)] = None
    if entry.change_set is None:
        return tuple(texts), (0, 0)
    header = decode_header(entry.change_set.header)
    return tuple(texts), (header.cursor_epoch, header.cursor_place)


def _neighbours(rows: Rows, record: RecordRow) -> tuple[Neighbour, ...]:
    """The next standing records before and behind it in its sequence."""
    parts = _NUMBER.fullmatch(record.code or "")
    if parts is None:
        return ()
    stem, digits = parts.groups()
    found = []
    for step in (-1, 1):
        for distance in range(1, _LOOKED_AROUND + 1):
            number = int(digits) + step * distance
            if number < 1:
                break
            beside = _standing(rows, record, f"{stem}{number:0{len(digits)}d}")
            if beside is not None:
                found.append(
                    Neighbour(
                        step < 0,
                        printed_id(dot_of(rows, beside)),
                        shown_value(beside.code),
                        title_of_row(beside),
                    )
                )
                break
    return tuple(found)


def _standing(rows: Rows, record: RecordRow, code: str) -> RecordRow | None:
    found = [
        row
        for row in rows.records.by_code(code)
        if row.scope_no == record.scope_no and is_visible(row.flags)
    ]
    return found[0] if found else None
