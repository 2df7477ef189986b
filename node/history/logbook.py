"""Where an operation stands in the log: reading back from a dot to who wrote it.

Sets are decoded once and kept for a while. What stands in a body that was removed is
read from the redaction that took its place.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple

from node.errors import HistoryDamaged
from node.history.branches import meant
from node.history.effects import DotNo, copied_dot
from node.history.operator_signatures import (
    Signed,
    signed_in,
    signed_in_journal,
    signed_left,
)
from node.store.port import Rows
from node.store.row_types import EditRow, RecordRow, SetRow, SetState
from protocol.changeset import Body, decode_operations, decode_redacted, stored_set
from protocol.errors import ProtocolError
from protocol.header import decode_header
from protocol.limits import SET_SPAN_DOTS
from protocol.operation_codec import decode_operation
from protocol.operations import (
    Create,
    Operation,
    Redact,
    Resolve,
    Set,
    Value,
    Write,
)

_KEPT_SETS: Final = 128
_OWN_AND_COUNTING: Final = frozenset(
    {SetState.SEALED, SetState.WAITING, SetState.QUARANTINED, SetState.HELD}
)


class Entry(NamedTuple):
    """One operation and where it stands."""

    log_no: int
    operation: Operation
    change_set: SetRow | None
    """None: it is in the journal."""
    is_admitted: bool
    source: DotNo | None = None
    """The redaction that left it; *change_set* is the redaction's then."""
    signed: Signed | None = None
    """What operators signed of it; None where none did."""

    @property
    def is_left(self) -> bool:
        """Whether it is what a redaction left."""
        return self.source is not None


class _Decoded(NamedTuple):
    """A set's operations by the dots that they mean, and what was signed of them."""

    operations: dict[int, Operation]
    signed: dict[int, Signed]


class DecodedSets:
    """Operations of the sets that were read last; lives as long as its reader."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, bytes], _Decoded] = OrderedDict()

    def operations(self, rows: Rows, row: SetRow) -> dict[int, Operation]:
        """The set's operations by n; none where the body is gone or opaque.

        Raises:
            HistoryDamaged: the stored body does not decode.
        """
        return self._of(rows, row).operations

    def signed(self, rows: Rows, row: SetRow, n: int) -> Signed | None:
        """What operators signed of the set's operation *n*.

        Raises:
            HistoryDamaged: the stored body does not decode.
        """
        return self._of(rows, row).signed.get(n)

    def _of(self, rows: Rows, row: SetRow) -> _Decoded:
        key = (row.log_no, row.hash)
        found = self._kept.get(key)
        if found is None:
            found = _decoded(rows, row)
            self._kept[key] = found
            if len(self._kept) > _KEPT_SETS:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found


def read_operations(rows: Rows, row: SetRow) -> tuple[Operation, ...]:
    """The operations of a stored set; none where the body is gone or opaque.

    Raises:
        HistoryDamaged: the stored body does not decode.
    """
    return meant(rows, row.log_no, read_body(rows, row).operations)


def read_body(rows: Rows, row: SetRow) -> Body:
    """The body of a stored set as it was signed; empty where it is gone or opaque.

    Raises:
        HistoryDamaged: the stored body does not decode.
    """
    if row.body is None:
        return Body(())
    try:
        change_set = stored_set(row.header, row.signature, row.body)
        if change_set.header.is_opaque:
            return Body(())
        return decode_operations(change_set)
    except ProtocolError as error:
        log = rows.logs.id_of(row.log_no)
        raise HistoryDamaged(log, row.seq, error.code) from error


def _decoded(rows: Rows, row: SetRow) -> _Decoded:
    body = read_body(rows, row)
    operations = {each.n: each for each in meant(rows, row.log_no, body.operations)}
    if not body.signatures:
        return _Decoded(operations, {})
    return _Decoded(operations, signed_in(decode_header(row.header), body))


def counts(rows: Rows, row: SetRow) -> tuple[bool, bool]:
    """Whether the set's writes are admitted, and whether they are shown at all."""
    if row.state == SetState.ADMITTED:
        return True, True
    if row.state == SetState.HELD:
        return False, True
    is_own = row.state in _OWN_AND_COUNTING and rows.logs.row(row.log_no).is_own
    return False, is_own


def entries_of(rows: Rows, record: RecordRow, decoded: DecodedSets) -> Iterator[Entry]:
    """Every operation on the record that counts here, create and edits alike."""
    create = _create_entry(rows, record, decoded)
    if create is not None:
        yield create
    for edit in rows.edits.of_record(record.record_no):
        entry = _edit_entry(rows, edit, decoded)
        if entry is None:
            continue
        if isinstance(entry.operation, Redact):
            yield from _left(rows, record, entry)
        else:
            yield entry


def entry_at(
    rows: Rows, record: RecordRow, dot: DotNo, decoded: DecodedSets
) -> Entry | None:
    """The operation *dot* on the record, if it counts here."""
    if dot == (record.log_no, record.n):
        found = _create_entry(rows, record, decoded)
        if found is not None:
            return found
    seq = rows.edits.seq_of(record.record_no, *dot)
    if seq is not None:
        found = _edit_entry(rows, EditRow(record.record_no, *dot, seq), decoded)
        if found is not None:
            return found
    for entry in entries_of(rows, record, decoded):
        if entry.is_left and (entry.log_no, entry.operation.n) == dot:
            return entry
    return None


def value_given(
    rows: Rows, record: RecordRow, dot: DotNo, field: int, decoded: DecodedSets
) -> tuple[bool, Value]:
    """Whether operation *dot* wrote the record's field, and what; through copies."""
    seen: set[DotNo] = set()
    while dot not in seen:
        seen.add(dot)
        entry = entry_at(rows, record, dot, decoded)
        if entry is None:
            return False, None
        is_found, value = written(entry.operation, field)
        origin = copied_dot(value)
        if not is_found or origin is None:
            return is_found, value
        number = rows.logs.number_of(origin.log)
        if number is None:
            return False, None
        dot = (number, origin.n)
    return False, None


def written(operation: Operation, field: int) -> tuple[bool, Value]:
    """Whether the operation writes the field, and which value."""
    match operation:
        case Create(values=values):
            for number, value in values:
                if number == field:
                    return True, value
        case Set(writes=writes):
            for write in writes:
                if write.field == field:
                    return True, write.value
        case Resolve(write=Write(field=number, value=value)):
            if number == field:
                return True, value
        case _:
            pass
    return False, None


def _create_entry(rows: Rows, record: RecordRow, decoded: DecodedSets) -> Entry | None:
    for row in rows.sets.holding(record.scope_no, record.log_no, record.n):
        if row.body is None or record.n >= row.first_n + SET_SPAN_DOTS:
            continue
        operation = decoded.operations(rows, row).get(record.n)
        if isinstance(operation, Create):
            is_admitted, is_shown = counts(rows, row)
            if is_shown:
                signed = decoded.signed(rows, row, record.n)
                return Entry(record.log_no, operation, row, is_admitted, signed=signed)
    return _journal_entry(rows, record.log_no, record.n)


def _edit_entry(rows: Rows, edit: EditRow, decoded: DecodedSets) -> Entry | None:
    if edit.seq == 0:
        return _journal_entry(rows, edit.log_no, edit.n)
    for row in rows.sets.at(edit.log_no, edit.seq):
        is_admitted, is_shown = counts(rows, row)
        if not is_shown:
            continue
        operation = decoded.operations(rows, row).get(edit.n)
        if operation is not None:
            signed = decoded.signed(rows, row, edit.n)
            return Entry(edit.log_no, operation, row, is_admitted, signed=signed)
    return None


def _journal_entry(rows: Rows, log_no: int, n: int) -> Entry | None:
    row = rows.journal.get(n)
    if row is None:
        return None
    own = rows.logs.own()
    if own is None or own.log_no != log_no:
        return None
    operation = decode_operation(row.op)
    signed = signed_in_journal(rows, row, operation) if row.signatures else None
    return Entry(log_no, operation, None, is_admitted=False, signed=signed)


def _left(rows: Rows, record: RecordRow, entry: Entry) -> Iterator[Entry]:
    """What a redaction left of the record's operations."""
    redact = entry.operation
    if not isinstance(redact, Redact):
        return
    log_no = rows.logs.number_of(redact.log)
    if log_no is None:
        return
    birth = (record.log_no, record.n)
    source = (entry.log_no, redact.n)
    signed: dict[int, Signed] | None = None
    for operation in left_by(rows, redact, entry.log_no):
        if record_of(rows, log_no, operation) != birth:
            continue
        if signed is None:
            signed = signed_left(rows, redact, record.scope_no)
        yield Entry(
            log_no,
            operation,
            entry.change_set,
            entry.is_admitted,
            source,
            signed.get(operation.n),
        )


def left_by(rows: Rows, redact: Redact, log_no: int) -> tuple[Operation, ...]:
    """The operations that a redaction of the log keeps.

    Raises:
        HistoryDamaged: they do not decode.
    """
    try:
        return decode_redacted(redact).operations
    except ProtocolError as error:
        raise HistoryDamaged(rows.logs.id_of(log_no), redact.n, error.code) from error


def record_of(rows: Rows, log_no: int, operation: Operation) -> DotNo | None:
    """The record that the operation writes to, as local numbers, if it is known."""
    if isinstance(operation, Create):
        return (log_no, operation.n)
    record = getattr(operation, "record", None)
    if record is None:
        return None
    number = rows.logs.number_of(record.log)
    return None if number is None else (number, record.n)
