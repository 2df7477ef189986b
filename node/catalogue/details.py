"""One record as a desk looks at it: for a form, for its page, and what came since.

Reading here seals nothing: a screen shows a printed id only where ``is_sealed`` says
that it may leave the machine (``Catalogue.show`` seals first).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from node.catalogue.arrivals import Arrival, arrivals_of
from node.catalogue.code_facts import code_facts
from node.catalogue.fields import FILED, LEVEL_VOLUME, STATE
from node.catalogue.histories import (
    history_of,
    machine_name,
    shown_of,
)
from node.catalogue.pack import Pack
from node.catalogue.premises import Premises
from node.catalogue.reading import (
    find_record,
    fonds_codes,
    fonds_for,
    record_of,
    seen_of,
    state_of,
)
from node.catalogue.record import (
    Change,
    CodeFacts,
    Record,
    Seen,
    missing_fields,
    title_of,
)
from node.catalogue.saving import check_actor
from node.catalogue.tickets import Ticket, TicketSide, open_fields_of
from node.catalogue.unsealed import any_unsealed, hidden_imports
from node.catalogue.values import shown_value
from node.catalogue.whereabouts import Whereabouts, Word
from node.history.journal import next_n
from node.history.logbook import DecodedSets, Entry, entries_of
from node.history.survivors import fields_of, resolved, shown, survivors
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.operations import Actor

_LOOKED_BACK: Final = 200
"""Own operations among which the last new item is looked for."""


_WORST_FIRST: Final = (
    Word.BARRED,
    Word.QUARANTINED,
    Word.CUT,
    Word.PENDING,
    Word.SENT,
    Word.WAITING,
    Word.HELD,
    Word.REMOVED,
)
_AT_HUB: Final = frozenset({Word.ADMITTED, Word.RECEIVED})
_NOWHERE: Final = Whereabouts(Word.PENDING)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form is filled from."""

    record: Record
    seen: Seen
    is_filed: bool
    """It changes only by a correction."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A record now, and what came since a form was filled from it."""

    now: Filled
    arrivals: tuple[Arrival, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything that the page of a record says."""

    record: Record
    is_sealed: bool
    """Its printed id may be shown."""
    is_filed: bool
    history: tuple[Change, ...]
    whereabouts: Whereabouts
    """Where the record as a whole stands."""
    open: tuple[Ticket, ...]
    """Fields with several values, each with its writers."""
    code: CodeFacts
    missing: tuple[str, ...]


class Details:
    """One record at a time."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def fill(self, actor: Actor, record_id: str) -> Filled:
        """The record as a form shows it, with the dots that the form then carries.

        Raises:
            UnknownRecord, AmbiguousRecord.
        """
        check_actor(actor)

        def work(rows: Rows) -> Filled:
            return self._filled(rows, _find(rows, record_id))

        return await self._premises.store.read(work)

    async def arrived(self, actor: Actor, record_id: str, seen: Seen) -> Arrivals:
        """What was written to the record since *seen*.

        Raises:
            UnknownRecord, AmbiguousRecord.
        """
        check_actor(actor)
        pack = self._premises.pack

        def work(rows: Rows) -> Arrivals:
            row = _find(rows, record_id)
            now = self._filled(rows, row)
            if now.seen == seen:
                return Arrivals(now, ())
            return Arrivals(
                now, arrivals_of(rows, row, now.record, (now.seen, seen), pack)
            )

        return await self._premises.store.read(work)

    async def of(self, actor: Actor, record_id: str) -> Detail:
        """Everything about the record.

        Raises:
            UnknownRecord, AmbiguousRecord.
        """
        check_actor(actor)
        pack = self._premises.pack

        def work(rows: Rows) -> Detail:
            row = _find(rows, record_id)
            filled = self._filled(rows, row)
            history = history_of(rows, row, pack)
            return Detail(
                record=filled.record,
                is_sealed=not any_unsealed(rows, [row.record_no]),
                is_filed=filled.is_filed,
                history=history,
                whereabouts=_worst([change.standing for change in history]),
                open=_open(rows, row, pack, filled.record),
                code=code_facts(rows, row),
                missing=missing_fields(filled.record.fields, pack),
            )

        return await self._premises.store.read(work)

    async def last_entered(self, actor: Actor, fonds: str) -> Record | None:
        """The newest item of the fonds that was entered at this machine by hand.

        Raises:
            UnknownFonds.
        """
        check_actor(actor)

        def work(rows: Rows) -> Record | None:
            scope_no = fonds_for(rows, fonds).scope_no
            own = rows.logs.own()
            if own is None:
                return None
            newest = next_n(rows) - 1
            for n in range(newest, max(0, newest - _LOOKED_BACK), -1):
                for row in rows.records.by_dot(own.log_no, n):
                    if _is_hand_entered(row, scope_no):
                        codes = fonds_codes(rows)
                        code = codes.get(row.scope_no, "")
                        return record_of(rows, row, self._premises.pack, code)
            return None

        return await self._premises.store.read(work)

    def _filled(self, rows: Rows, row: RecordRow) -> Filled:
        code = fonds_codes(rows).get(row.scope_no, "")
        return Filled(
            record=record_of(rows, row, self._premises.pack, code),
            seen=seen_of(rows, row),
            is_filed=FILED in shown(state_of(row)).get(STATE, ()),
        )


def _find(rows: Rows, record_id: str) -> RecordRow:
    return find_record(rows, record_id, hidden_imports(rows))


def _is_hand_entered(row: RecordRow, scope_no: int) -> bool:
    is_standing = row.flags & (RecordFlag.CREATED | RecordFlag.WITHDRAWN)
    return (
        row.scope_no == scope_no
        and row.level > LEVEL_VOLUME
        and row.import_no == 0
        and is_standing == RecordFlag.CREATED
    )


def _open(rows: Rows, row: RecordRow, pack: Pack, record: Record) -> tuple[Ticket, ...]:
    """Fields with several values: tickets, and what becomes one when it is sent."""
    found = open_fields_of(rows, row, pack, record.fonds)
    told = {ticket.field for ticket in found}
    state = state_of(row)
    entries = {
        (entry.log_no, entry.operation.n): entry
        for entry in entries_of(rows, row, DecodedSets())
    }
    for number in fields_of(state):
        known = pack.by_number.get(number)
        if known is None or known.is_list or known.name in told:
            continue
        live = survivors(state, number)
        sides = tuple(
            _side(rows, entries[dot], shown_of(number, resolved(value), pack))
            for dot, value in sorted(live.items())
            if dot in entries
        )
        if len({shown_value(resolved(value)) for value in live.values()}) > 1:
            ticket = Ticket(
                id="",
                record=record.id,
                field=known.name,
                fonds=record.fonds,
                code=record.code,
                title=title_of(record),
                values=sides,
            )
            found.append(ticket)
    return tuple(found)


def _side(rows: Rows, entry: Entry, value: object) -> TicketSide:
    held = entry.change_set
    return TicketSide(
        value=value,
        who=entry.operation.actor.name,
        machine=machine_name(rows, rows.logs.id_of(entry.log_no)),
        time=entry.operation.made_at,
        received=0 if held is None else held.received_at,
    )


def _worst(places: list[Whereabouts]) -> Whereabouts:
    """The word that is true of the whole record; of those at the hub, the last."""
    for word in _WORST_FIRST:
        alike = [place for place in places if place.word is word]
        if alike:
            return max(alike, key=lambda place: place.receipt)
    at_hub = [place for place in places if place.word in _AT_HUB]
    return max(at_hub, key=lambda place: place.receipt, default=_NOWHERE)
