"""Contradictions that a person has to decide, told for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from node.catalogue.fields import TITLE
from node.catalogue.histories import machine_name, shown_of
from node.catalogue.pack import Pack
from node.catalogue.reading import dot_of, state_of
from node.catalogue.shown import values_shown
from node.catalogue.values import shown_value
from node.history.effects import RESTORED, WITHDRAWN
from node.history.tickets import is_of_field, ticket_id, unpack_sides
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from node.store.ticket_port import TicketFilter, TicketRow
from protocol.identity import printed_id
from protocol.operations import EXISTENCE_FIELD, Value

_ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class TicketSide:
    """One of the values between which a person has to decide."""

    value: object
    who: str
    machine: str
    time: int
    """Unix seconds by the author's clock."""
    received: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A field for which people wrote different values."""

    id: str
    """Names the field as it stands, in hexadecimal."""
    record: str
    """Printed id of the record."""
    field: str
    fonds: str
    code: str | None
    title: str | None
    values: tuple[TicketSide, ...]

    def to_json(self) -> dict[str, object]:
        """The ticket as JSON shows it."""
        return {
            "id": self.id,
            "record": self.record,
            "field": self.field,
            "code": self.code,
            "title": self.title,
            "values": [
                {
                    "value": side.value,
                    "who": side.who,
                    "machine": side.machine,
                    "time": side.time,
                }
                for side in self.values
            ],
        }


def tickets_of(rows: Rows, pack: Pack, codes: dict[int, str]) -> list[Ticket]:
    """All tickets, the heaviest first."""
    found = []
    for ticket in rows.tickets.page(TicketFilter(), 0, _ALL):
        told = _told(rows, ticket, pack, codes)
        if told is not None:
            found.append(told)
    return found


def ticket_count(rows: Rows) -> int:
    """How many tickets there are; notes do not count."""
    return rows.tickets.count(TicketFilter())


def open_fields_of(
    rows: Rows, row: RecordRow, pack: Pack, fonds_code: str
) -> list[Ticket]:
    """Every field of a record that has several values, whoever is to decide it."""
    codes = {row.scope_no: fonds_code}
    found = []
    for ticket in filter(is_of_field, rows.tickets.of_record(row.record_no)):
        told = _told(rows, ticket, pack, codes)
        if told is not None:
            found.append(told)
    return found


def _told(
    rows: Rows, ticket: TicketRow, pack: Pack, codes: dict[int, str]
) -> Ticket | None:
    row = rows.records.row(ticket.record_no)
    if row is None or not row.flags & RecordFlag.CREATED:
        return None
    known = pack.by_number.get(ticket.field)
    name = known.name if known is not None else f"field-{ticket.field}"
    if ticket.field == EXISTENCE_FIELD:
        name = "state"
    sides = unpack_sides(ticket.sides)
    return Ticket(
        id=ticket_id(ticket),
        record=printed_id(dot_of(rows, row)),
        field=name,
        fonds=codes.get(ticket.scope_no, ""),
        code=row.code,
        title=_title(rows, row, pack),
        values=tuple(
            TicketSide(
                value=_side_value(ticket.field, side.shown, pack),
                who=side.author.actor.name,
                machine=machine_name(rows, side.dot.log),
                time=side.author.made_at,
                received=side.author.received_at,
            )
            for side in sides
        ),
    )


def _title(rows: Rows, row: RecordRow, pack: Pack) -> str | None:
    titles = values_shown(rows, row, state_of(row), pack).get(TITLE, [])
    return shown_value(titles[0]) if titles else None


def _side_value(field: int, value: Value, pack: Pack) -> object:
    if field != EXISTENCE_FIELD:
        return shown_of(field, value, pack)
    match value:
        case (kind, str(reason), *_) if kind == WITHDRAWN:
            return f"withdrawn:{reason}"
        case (kind, str(reason), *_) if kind == RESTORED:
            return f"restored:{reason}"
        case _:
            return shown_value(value)
