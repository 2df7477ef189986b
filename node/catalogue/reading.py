"""From rows of the store to records: functions inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from node.catalogue.aliases import taken_over_by
from node.catalogue.codes import normalise_code
from node.catalogue.fields import CODE, LEVEL_VOLUME, TITLE
from node.catalogue.machines import Sources
from node.catalogue.pack import Pack
from node.catalogue.record import (
    ACTIVE,
    CONTESTED,
    WITHDRAWN,
    Record,
    Seen,
    legacy_cells,
    level_name,
    shown_fields,
)
from node.catalogue.saving import Held
from node.catalogue.shown import values_shown
from node.catalogue.unsealed import hidden_imports
from node.errors import AmbiguousRecord, FondsNotNamed, UnknownFonds, UnknownRecord
from node.history.record_rows import is_visible
from node.history.state_packing import unpack_state
from node.history.survivors import (
    RecordState,
    fields_of,
    list_fields_of,
    resolved,
    shown,
    surviving_elements,
    survivors,
)
from node.history.tickets import is_of_field, open_fields
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.errors import MalformedFrame
from protocol.identity import Dot, Element, parse_printed_id, printed_id
from protocol.operations import EXISTENCE_FIELD, Value

_MOST_NAMED: Final = 20
_EXPORTED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Fonds:
    """A fonds of this machine."""

    code: str
    title: str
    scope_no: int
    record_id: str

    def to_json(self) -> dict[str, object]:
        """The fonds as JSON shows it."""
        return {"code": self.code, "title": self.title, "id": self.record_id}


def state_of(row: RecordRow) -> RecordState:
    """The unpacked state of a record's row."""
    return unpack_state((row.log_no, row.n), row.state)


def dot_of(rows: Rows, row: RecordRow) -> Dot:
    """The record's identity."""
    return Dot(rows.logs.id_of(row.log_no), row.n)


def is_seen_by_people(row: RecordRow, hidden_imports: Iterable[int]) -> bool:
    """Whether the record exists for people: created, and its import has ended."""
    return bool(row.flags & RecordFlag.CREATED) and row.import_no not in hidden_imports


def record_of(
    rows: Rows,
    row: RecordRow,
    pack: Pack,
    fonds_code: str,
    sources: Sources | None = None,
) -> Record:
    """The record of a row."""
    state = state_of(row)
    values = values_shown(rows, row, state, pack)
    opened = sorted(({*open_fields(state)} | _ticketed(rows, row)) - {EXISTENCE_FIELD})
    names = tuple(
        pack.by_number[n].name if n in pack.by_number else f"field-{n}" for n in opened
    )
    return Record(
        id=printed_id(dot_of(rows, row)),
        level=level_name(values),
        fonds=fonds_code,
        code=next(
            (code for code in values.get(CODE, ()) if isinstance(code, str)), None
        ),
        state=_state_word(row.flags),
        fields=shown_fields(values, pack),
        open_fields=names,
        is_received=not row.flags & RecordFlag.PENDING,
        legacy=legacy_cells(values),
        source=(Sources(rows) if sources is None else sources)[row.log_no],
    )


def _ticketed(rows: Rows, row: RecordRow) -> set[int]:
    """Fields of the record on which a ticket or a note stands."""
    if not row.flags & RecordFlag.OPEN:
        return set()
    found = rows.tickets.of_record(row.record_no)
    return {ticket.field for ticket in found if is_of_field(ticket)}


def records_of(rows: Rows, record_nos: Sequence[int], pack: Pack) -> list[Record]:
    """Records by number, in the given order."""
    found = rows.records.rows(record_nos)
    codes, sources = fonds_codes(rows), Sources(rows)
    return [
        record_of(rows, found[no], pack, codes.get(found[no].scope_no, ""), sources)
        for no in record_nos
        if no in found
    ]


def records_after(rows: Rows, after: int, pack: Pack) -> tuple[list[Record], int]:
    """Standing items and volumes behind a number, some at a time; the next number.

    0 where there are no more.
    """
    found = rows.records.after(after, _EXPORTED_AT_ONCE)
    hidden = hidden_imports(rows)
    codes, sources = fonds_codes(rows), Sources(rows)
    records = [
        record_of(rows, row, pack, codes.get(row.scope_no, ""), sources)
        for row in found
        if is_visible(row.flags)
        and row.level >= LEVEL_VOLUME
        and row.import_no not in hidden
    ]
    return records, found[-1].record_no if found else 0


def held_of(rows: Rows, row: RecordRow) -> Held:
    """What a writer sees in a record: survivors by their dots."""
    state = state_of(row)
    log_of = rows.logs.id_of
    live: dict[int, Mapping[Dot, Value]] = {}
    for number in fields_of(state):
        if number != EXISTENCE_FIELD:
            live[number] = {
                Dot(log_of(log_no), n): resolved(value)
                for (log_no, n), value in survivors(state, number).items()
            }
    elements = {
        number: {
            Element(Dot(log_of(log_no), n), position): value
            for (log_no, n, position), value in surviving_elements(
                state, number
            ).items()
        }
        for number in list_fields_of(state)
    }
    return Held(dot_of(rows, row), live, elements)


def existence_dots(rows: Rows, row: RecordRow) -> tuple[Dot, ...]:
    """Dots that survive in the record's field 0."""
    found = survivors(state_of(row), EXISTENCE_FIELD)
    return tuple(sorted(Dot(rows.logs.id_of(log_no), n) for log_no, n in found))


def seen_of(rows: Rows, row: RecordRow) -> Seen:
    """What a form shows that is filled from this row."""
    return held_of(rows, row).seen(existence_dots(rows, row))


def all_fonds(rows: Rows) -> list[Fonds]:
    """The fonds of this machine, by code."""
    found: dict[int, Fonds] = {}
    hidden = hidden_imports(rows)
    for scope_no, record_no in rows.matches.fonds():
        row = rows.records.row(record_no)
        if row is None or scope_no in found or not is_seen_by_people(row, hidden):
            continue
        values = shown(state_of(row))
        code = _first_text(values.get(CODE, ()))
        if code:
            title = _first_text(values.get(TITLE, ()))
            record_id = printed_id(dot_of(rows, row))
            found[scope_no] = Fonds(code, title, scope_no, record_id)
    return sorted(found.values(), key=lambda fonds: fonds.code)


def fonds_codes(rows: Rows) -> dict[int, str]:
    """Codes of fonds by scope."""
    return {fonds.scope_no: fonds.code for fonds in all_fonds(rows)}


def scopes_named(rows: Rows, text: str) -> list[int]:
    """Scopes whose fonds has the code *text*, or else *text* in its title."""
    wanted = text.strip()
    known = all_fonds(rows)
    exact = [fonds.scope_no for fonds in known if fonds.code == wanted]
    return exact or [f.scope_no for f in known if wanted and wanted in f.title]


def fonds_for(rows: Rows, code: str | None, hint: str = "") -> Fonds:
    """The fonds that a new record belongs to: by *code*, by *hint*, or the only one.

    Raises:
        UnknownFonds: no fonds has that code.
        FondsNotNamed: there are several, and nothing says which.
    """
    known = all_fonds(rows)
    codes = tuple(fonds.code for fonds in known)
    wanted = code.strip() if code else hint
    for fonds in known:
        if fonds.code == wanted:
            return fonds
    if code:
        raise UnknownFonds(code, codes)
    if len(known) == 1:
        return known[0]
    raise FondsNotNamed(codes)


def find_record(rows: Rows, wanted: str, hidden_imports: Sequence[int]) -> RecordRow:
    """The record that people call *wanted*: its printed id, or an unambiguous code.

    A code that no record has any more means the one that had it.

    Raises:
        UnknownRecord: there is none.
        AmbiguousRecord: there are several.
    """
    found = _by_id(rows, wanted)
    if found is None:
        codes = dict.fromkeys((wanted.strip(), normalise_code(wanted)))
        found = next(filter(None, (_by_code(rows, code) for code in codes)), [])
        found = found or next(filter(None, (_by_former(rows, c) for c in codes)), [])
    visible = [row for row in found if is_seen_by_people(row, hidden_imports)]
    if len(visible) > 1:
        standing = [r for r in visible if not r.flags & RecordFlag.WITHDRAWN]
        visible = standing or visible
    if not visible:
        raise UnknownRecord(wanted)
    if len(visible) > 1:
        ids = tuple(printed_id(dot_of(rows, row)) for row in visible[:_MOST_NAMED])
        raise AmbiguousRecord(wanted, ids)
    return taken_over_by(rows, visible[0])


def _by_id(rows: Rows, wanted: str) -> list[RecordRow] | None:
    """Records with that printed id; None where the text is no id."""
    try:
        prefix, n = parse_printed_id(wanted)
    except MalformedFrame:
        return None
    found = []
    for log in rows.logs.by_prefix(prefix):
        found.extend(rows.records.by_dot(log.log_no, n))
    return found


def _by_code(rows: Rows, code: str) -> list[RecordRow]:
    return rows.records.by_code(code) if code else []


def _by_former(rows: Rows, code: str) -> list[RecordRow]:
    """Records that had the code before; none where there is no such code."""
    numbers = rows.former_codes.records(code) if code else []
    return list(rows.records.rows(numbers).values())


def _state_word(flags: int) -> str:
    if flags & RecordFlag.WITHDRAWN:
        return WITHDRAWN
    return CONTESTED if flags & RecordFlag.CONTESTED else ACTIVE


def _first_text(values: Sequence[Value]) -> str:
    return next((value for value in values if isinstance(value, str)), "")
