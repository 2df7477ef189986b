"""Rows made anew from the log: after a cut, a release, or to prove that they agree.

A rebuilt row is computed from every operation on the record that counts here, with
nothing taken from the row that stands there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from node.history.assessing import assess
from node.history.copies import resolve_copies, stand_in
from node.history.docket import CODE_FIELD, Docket
from node.history.effects import DotNo, Effect, effect_of
from node.history.logbook import DecodedSets, Entry, entries_of, value_given
from node.history.record_rows import Made, RowMaker, is_visible
from node.history.shared_codes import CodesTouched, codes_in, decision_row
from node.history.state_packing import unpack_state
from node.history.survivors import (
    RecordState,
    add_pending,
    apply_effect,
    redact_effect,
    shown_in,
)
from node.history.tickets import Author, is_of_field
from node.store.port import Rows
from node.store.row_types import EditRow, RecordFlag, RecordRow
from node.store.ticket_port import DecisionRow
from protocol.operations import Operation, Resolve, Value


class Rebuilt(NamedTuple):
    """The state of one record by the log, and who wrote what stands in it."""

    state: RecordState
    authors: dict[DotNo, Author]
    dead: list[EditRow]
    """Entries whose operation is in the log no more, or is not counted here."""
    decisions: list[DecisionRow]
    codes: frozenset[str]
    """Every code that the record was ever given."""


def rebuild_records(
    rows: Rows, record_nos: Iterable[int], decoded: DecodedSets | None = None
) -> list[int]:
    """Make these rows anew; the numbers of those that had been different.

    A record of which nothing is left in the log loses its row.
    """
    decoded = decoded or DecodedSets()
    makers: dict[int, RowMaker] = {}
    dockets: dict[int, Docket] = {}
    different = []
    for record_no in sorted(set(record_nos)):
        row = rows.records.row(record_no)
        if row is None:
            continue
        maker = makers.get(row.scope_no)
        if maker is None:
            maker = makers[row.scope_no] = RowMaker(rows, row.scope_no)
            dockets[row.scope_no] = Docket(rows, row.scope_no, decoded)
        docket = dockets[row.scope_no]
        codes = CodesTouched(docket)
        rebuilt = rebuilt_state(rows, row, decoded)
        rows.edits.remove(rebuilt.dead)
        if rebuilt.state.is_empty:
            _remove(rows, row, codes)
            different.append(record_no)
            continue
        fields = set(rebuilt.state.live) | set(rebuilt.state.elements)
        tickets = rows.tickets.of_record(record_no)
        fields |= {each.field for each in tickets if is_of_field(each)}
        assessed = assess(
            docket,
            record_no,
            rebuilt.state,
            fields,
            rebuilt.authors.get,
            max((a.received_at for a in rebuilt.authors.values()), default=0),
        )
        made = maker.made(
            record_no,
            rebuilt.state,
            None,
            assessed=assessed,
            import_no=row.import_no,
        )
        is_told_right = _tell_again(rows, row, rebuilt)
        codes.note_rebuilt(row, made.row)
        if made.row != row:
            _replace(rows, row, made)
        if made.row != row or not is_told_right:
            different.append(record_no)
        codes.settle(0)
    return different


def drop_pending(rows: Rows, row: RecordRow, dots: Collection[DotNo]) -> bool:
    """Own unsealed edits leave a record's row; False: it has to be made anew.

    They stand in its state whole, beside what is confirmed, so that nothing has to be
    read back from the log unless something newer may speak of them.
    """
    state = unpack_state((row.log_no, row.n), row.state)
    newest = max(dots)
    if state.birth in dots or any(
        dot not in state.pending or dot[0] != newest[0] for dot in dots
    ):
        return False
    if any(dot[0] == newest[0] and dot > newest for dot in state.pending):
        return False
    if row.flags & RecordFlag.OPEN or any(
        CODE_FIELD in state.pending[dot].fields for dot in dots
    ):
        return False
    for dot in dots:
        del state.pending[dot]
    maker = RowMaker(rows, row.scope_no)
    rows.edits.remove([EditRow(row.record_no, *dot, 0) for dot in dots])
    _replace(rows, row, maker.made(row.record_no, state, row))
    return True


def rebuilt_state(rows: Rows, row: RecordRow, decoded: DecodedSets) -> Rebuilt:
    """What the log says of the record.

    Raises:
        HistoryDamaged: a stored body does not decode.
    """
    entries = list(entries_of(rows, row, decoded))
    state = RecordState((row.log_no, row.n))
    authors: dict[DotNo, Author] = {}
    arrived: set[DotNo] = set()
    later: list[tuple[Entry, Effect]] = []
    for entry in entries:
        effect = effect_of(entry.operation, entry.log_no, rows.logs.ensure)
        if effect is None:
            continue
        if not entry.is_admitted or entry.is_left:
            later.append((entry, effect))
            continue
        authors[effect.dot] = _author(entry)
        apply_effect(state, effect, arrived.__contains__)
        arrived.add(effect.dot)
    for entry, effect in later:
        if not entry.is_admitted:
            if effect.dot not in arrived:
                add_pending(state, effect)
        elif effect.dot in arrived:
            redact_effect(state, effect)
        else:
            apply_effect(state, effect, arrived.__contains__)
            arrived.add(effect.dot)
        authors[effect.dot] = _author(entry)
    for effect in list(state.pending.values()):
        if effect.dot in arrived:
            del state.pending[effect.dot]
    _resolve(rows, row, state, decoded)
    counted = {(entry.log_no, entry.operation.n) for entry in entries}
    sources = {entry.source for entry in entries if entry.source is not None}
    dead = [
        edit
        for edit in rows.edits.of_record(row.record_no)
        if (edit.log_no, edit.n) not in counted | sources
    ]
    decisions = [
        decision_row(row.record_no, row.scope_no, entry.log_no, entry.operation)
        for entry in entries
        if isinstance(entry.operation, Resolve)
    ]
    return Rebuilt(state, authors, dead, decisions, codes_in(entries))


def _resolve(
    rows: Rows, row: RecordRow, state: RecordState, decoded: DecodedSets
) -> None:
    record = stand_in(row.record_no, row.scope_no, state.birth)

    def given(dot: DotNo, field: int) -> tuple[bool, Value]:
        return value_given(rows, record, dot, field, decoded)

    fields = set(state.live)
    for effect in state.pending.values():
        fields |= effect.fields
    resolve_copies(rows, state, fields, given)


def _tell_again(rows: Rows, row: RecordRow, rebuilt: Rebuilt) -> bool:
    """The record's decisions and former codes by the log; whether they stood so."""
    number = row.record_no
    decisions = sorted(rebuilt.decisions)
    former = sorted(rebuilt.codes - set(shown_in(rebuilt.state, CODE_FIELD)))
    is_right = True
    if sorted(rows.decisions.of_record(number)) != decisions:
        rows.decisions.replace(number, decisions)
        is_right = False
    if sorted(rows.former_codes.of_record(number)) != former:
        rows.former_codes.replace(row.scope_no, number, former)
        is_right = False
    return is_right


def _author(entry: Entry) -> Author:
    operation: Operation = entry.operation
    change_set = entry.change_set
    return Author(
        operation.actor,
        operation.made_at,
        0 if change_set is None else change_set.received_at,
    )


def _replace(rows: Rows, old: RecordRow, made: Made) -> None:
    rows.records.update([made.row])
    rows.text.replace([(made.row.record_no, made.tokens or "")])
    _count_change(rows, old, made.row)
    rows.digests.mark(old.scope_no, [old.bucket])
    rows.papers.note([old.record_no])


def _remove(rows: Rows, row: RecordRow, codes: CodesTouched) -> None:
    rows.records.remove([row.record_no])
    rows.imports.release(row.record_no)
    rows.text.replace([(row.record_no, "")])
    tickets = filter(is_of_field, rows.tickets.of_record(row.record_no))
    rows.tickets.remove(row.scope_no, [each.subject for each in tickets])
    rows.decisions.replace(row.record_no, ())
    rows.former_codes.replace(row.scope_no, row.record_no, ())
    codes.note_rebuilt(row, None)
    codes.settle(0)
    _count_change(rows, row, None)
    rows.digests.mark(row.scope_no, [row.bucket])
    rows.papers.note([row.record_no])


def _count_change(rows: Rows, old: RecordRow, new: RecordRow | None) -> None:
    for row, change in ((old, -1), (new, 1)):
        if row is not None and row.class_no and is_visible(row.flags):
            rows.classes.count({row.class_no: change})
            if row.import_no:
                rows.classes.count_imported(row.import_no, {row.class_no: change})
