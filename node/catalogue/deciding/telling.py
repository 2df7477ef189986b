"""Tickets as a list shows them: read from rows, the log opened for copies only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from node.catalogue.deciding.case import (
    Case,
    CaseSide,
    field_sides,
    is_own_log,
    open_case,
)
from node.catalogue.deciding.disputes import talk_state
from node.catalogue.deciding.faults import StaleTicket
from node.catalogue.deciding.views import (
    SideView,
    TicketCounts,
    TicketPage,
    TicketView,
    Wanted,
)
from node.catalogue.fields import CODE, TITLE
from node.catalogue.histories import machine_name, shown_of
from node.catalogue.pack import Pack
from node.catalogue.reading import scopes_named, state_of
from node.catalogue.saves import title_of_row
from node.catalogue.values import shown_value
from node.history.effects import OTHER_EXISTENCE, RESTORED, WITHDRAWN
from node.history.logbook import DecodedSets
from node.history.survivors import shown_in
from node.history.tickets import is_of_field, ticket_id
from node.store.port import Rows
from node.store.row_types import RecordRow
from node.store.ticket_port import TicketClass, TicketFilter, TicketRow
from protocol.identity import Dot, printed_id
from protocol.operations import EXISTENCE_FIELD, Value

NOBODY = -1
"""Number of a log or scope that does not exist: nothing fits it."""
STATE_NAME = "state"


def filter_of(rows: Rows, wanted: Wanted, pack: Pack) -> TicketFilter:
    """The store's filter for what a person asked.

    Raises:
        UnknownField: no field has that name.
    """
    scope_no: int | None = None
    if wanted.fonds:
        scope_no = next(iter(scopes_named(rows, wanted.fonds)), NOBODY)
    log_nos: tuple[int, ...] = ()
    if wanted.room:
        log_nos = logs_named(rows, wanted.room) or (NOBODY,)
    return TicketFilter(
        classes=tuple(int(each) for each in wanted.classes),
        scope_no=scope_no,
        log_nos=log_nos,
        field=field_number(wanted.field, pack) if wanted.field else None,
        opened_before=wanted.opened_before,
        order=wanted.order,
    )


def field_number(name: str, pack: Pack) -> int:
    """The number of a field as tickets call it.

    Raises:
        UnknownField: no field has that name.
    """
    if name.strip() == STATE_NAME:
        return EXISTENCE_FIELD
    return pack.field(name).number


def field_name(number: int, pack: Pack) -> str:
    """The English name of a ticket's field."""
    if number == EXISTENCE_FIELD:
        return STATE_NAME
    known = pack.by_number.get(number)
    return f"field-{number}" if known is None else known.name


def logs_named(rows: Rows, name: str) -> tuple[int, ...]:
    """Logs of the machine that people call so."""
    wanted = name.strip()
    return tuple(
        row.log_no for row in rows.logs.all() if machine_name(rows, row.log) == wanted
    )


def page_of(
    rows: Rows, wanted: TicketFilter, offset: int, limit: int, pack: Pack
) -> TicketPage:
    """A part of the tickets."""
    found = rows.tickets.page(wanted, offset, limit)
    return TicketPage(rows.tickets.count(wanted), tuple(views_of(rows, found, pack)))


def views_of(rows: Rows, tickets: Sequence[TicketRow], pack: Pack) -> list[TicketView]:
    """Tickets as lines; one whose records are gone by now is left out."""
    records = rows.records.rows([ticket.record_no for ticket in tickets])
    codes = codes_of(rows, {ticket.scope_no for ticket in tickets})
    names = MachineNames(rows)
    decoded = DecodedSets()
    found = []
    for ticket in tickets:
        record = records.get(ticket.record_no)
        if record is None:
            continue
        try:
            case = (
                Case(ticket, record, (), field_sides(rows, record, ticket, decoded))
                if is_of_field(ticket)
                else open_case(rows, ticket, decoded)
            )
        except StaleTicket:
            continue
        fonds = codes.get(ticket.scope_no, "")
        found.append(view_of(rows, case, pack, fonds, names))
    return found


def view_of(
    rows: Rows, case: Case, pack: Pack, fonds: str, names: MachineNames
) -> TicketView:
    """One ticket as a line."""
    ticket, record = case.ticket, case.record
    state = state_of(record)
    titles = shown_in(state, TITLE)
    sides = tuple(
        side_view(case, number, side, pack, names)
        for number, side in enumerate(case.sides, 1)
    )
    is_whole = ticket.ticket_class == TicketClass.DUPLICATE
    return TicketView(
        id=ticket_id(ticket),
        ticket_class=case.ticket_class,
        fonds=fonds,
        record=names.id_of(record),
        code=record.code or "",
        title=shown_value(titles[0]) if titles else record.code or "",
        field="" if is_whole else field_name(ticket.field, pack),
        weight=ticket.weight,
        opened_at=ticket.opened_at,
        rooms=tuple(dict.fromkeys(side.machine for side in sides)),
        sides=sides,
        talk=talk_state(rows, ticket, state_of(case.listed) if case.others else state),
        scope_no=ticket.scope_no,
        subject=ticket.subject,
    )


def side_view(
    case: Case,
    number: int,
    side: CaseSide,
    pack: Pack,
    names: MachineNames,
) -> SideView:
    """One side as people see it."""
    ticket = case.ticket
    value: object
    if ticket.ticket_class == TicketClass.DUPLICATE:
        value = title_of_row(side.record)
    elif ticket.ticket_class == TicketClass.CODE:
        value = str(side.value)
    else:
        value = told_value(ticket.field, side.value, pack)
    author = side.author
    return SideView(
        number=number,
        value=value,
        text=text_of(ticket.field, value, pack),
        who=author.actor.name,
        machine=names.of(side.origin.log),
        time=author.made_at,
        received=author.received_at,
        is_own=names.is_own(side.origin.log),
        record=names.id_of(side.record),
    )


def told_value(field: int, value: Value, pack: Pack) -> object:
    """A value of a ticket as JSON shows it."""
    if field != EXISTENCE_FIELD:
        return shown_of(field, value, pack)
    match value:
        case (kind, str(reason), *_) if kind == WITHDRAWN:
            return f"withdrawn:{reason}"
        case (kind, str(reason), *_) if kind == RESTORED:
            return f"restored:{reason}"
        case (kind, None) if kind == OTHER_EXISTENCE:
            return "kept"
        case _:
            return shown_value(value)


def text_of(field: int, value: object, pack: Pack) -> str:
    """A told value as text, a choice by the word that people use for it."""
    if value is None:
        return ""
    known = pack.by_number.get(field)
    if isinstance(value, list):
        return "；".join(str(each) for each in value)
    return str(value) if known is None else known.label(str(value))


def counts_of(rows: Rows) -> TicketCounts:
    """How many tickets there are, by class and by room."""
    amounts = {TicketClass(each): n for each, n in rows.tickets.amounts().items()}
    notes = amounts.pop(TicketClass.NOTE, 0)
    names = MachineNames(rows)
    by_room: dict[str, int] = {}
    for log_no, amount in rows.tickets.rooms().items():
        name = names.of(rows.logs.id_of(log_no))
        by_room[name] = by_room.get(name, 0) + amount
    return TicketCounts(sum(amounts.values()), notes, amounts, by_room)


def codes_of(rows: Rows, scope_nos: Iterable[int]) -> dict[int, str]:
    """Codes of these fonds only: a hub has many, and a page shows few."""
    wanted = set(scope_nos)
    found: dict[int, str] = {}
    for scope_no, record_no in rows.matches.fonds():
        if scope_no in wanted and scope_no not in found:
            row = rows.records.row(record_no)
            codes = () if row is None else shown_in(state_of(row), CODE)
            code = next((each for each in codes if isinstance(each, str)), "")
            if code:
                found[scope_no] = code
    return found


class MachineNames:
    """Names of machines, and which are this one; each log is read once."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._names: dict[bytes, str] = {}
        self._own: dict[bytes, bool] = {}
        self._logs: dict[int, bytes] = {}
        self._ids: dict[int, str] = {}

    def of(self, log: bytes) -> str:
        """The name of the machine that writes a log."""
        if log not in self._names:
            self._names[log] = machine_name(self._rows, log)
        return self._names[log]

    def is_own(self, log: bytes) -> bool:
        """Whether this machine writes the log."""
        if log not in self._own:
            self._own[log] = is_own_log(self._rows, log)
        return self._own[log]

    def id_of(self, record: RecordRow) -> str:
        """The printed id of a record."""
        number = record.record_no
        if number not in self._ids:
            if record.log_no not in self._logs:
                self._logs[record.log_no] = self._rows.logs.id_of(record.log_no)
            self._ids[number] = printed_id(Dot(self._logs[record.log_no], record.n))
        return self._ids[number]
