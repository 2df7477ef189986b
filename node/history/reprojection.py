"""All rows made anew from the log, in steps of a few hundredths of a second.

First every operation of the log is looked up in the rows, so that records and entries
that are missing are made known; then every record is computed again. Other work may
go on between the steps; a record is right before and after each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from node.clock import elapsed
from node.history.digest import bucket_digest
from node.history.leaf import BUCKETS, bucket_of, record_bytes
from node.history.logbook import DecodedSets, counts
from node.history.rebuilding import rebuild_records
from node.history.state_packing import pack_state
from node.history.steps import Step, steps_of
from node.history.survivors import RecordState
from node.store.port import Rows
from node.store.row_types import EditRow, RecordRow
from protocol.limits import COUNT_LIMIT
from protocol.operation_codec import decode_operation
from protocol.operations import Operation

STEP_SECONDS: Final = 0.03
_SETS_AT_ONCE: Final = 4
_JOURNAL_AT_ONCE: Final = 200
_RECORDS_AT_ONCE: Final = 50
_BUCKETS_AT_ONCE: Final = 64
_CLASSES_AT_ONCE: Final = 16
_TICKETS_AT_ONCE: Final = 500


class Reprojection:
    """One run over log and rows; call ``step`` until it says that all is done."""

    def __init__(self) -> None:
        self.records = 0
        """Records made anew so far."""
        self.different: list[int] = []
        """Numbers of records whose row was missing or different."""
        self.wrong_tickets: list[int] = []
        """Numbers of records whose tickets were missing, left over or different."""
        self.wrong_digests: list[int] = []
        """Scopes in which a bucket's digest was not that of its leaves."""
        self._set: tuple[int, int, bytes] = (0, 0, b"")
        self._n = 0
        self._record_no = 0
        self._missing: set[int] = set()
        self._decoded = DecodedSets()
        self.wrong_classes: list[int] = []
        """Classes that held another number of records than was kept."""
        self._class_no = 0
        self._imported = (0, 0)
        self._ticket = 0
        self._bucket = (0, 0)
        self._work = [
            self._find_sets,
            self._find_journal,
            self._rebuild,
            self._check_tickets,
            self._check_classes,
            self._check_imports,
            self._check_digests,
        ]

    def step(self, rows: Rows) -> bool:
        """Go on for a moment; True when all is done."""
        begun = elapsed()
        while self._work:
            if self._work[0](rows):
                self._work.pop(0)
            if elapsed() - begun >= STEP_SECONDS:
                return False
        return True

    def _find_sets(self, rows: Rows) -> bool:
        found = rows.sets.after(*self._set, _SETS_AT_ONCE)
        for row in found:
            self._set = (row.log_no, row.seq, row.hash)
            if counts(rows, row)[1] and row.body is not None:
                operations = list(self._decoded.operations(rows, row).values())
                self._make_known(rows, row.log_no, row.scope_no, row.seq, operations)
        return not found

    def _find_journal(self, rows: Rows) -> bool:
        own = rows.logs.own()
        found = rows.journal.between(self._n + 1, COUNT_LIMIT, _JOURNAL_AT_ONCE)
        for row in found:
            self._n = row.n
            if own is not None:
                operation = decode_operation(row.op)
                self._make_known(rows, own.log_no, row.scope_no, 0, [operation])
        return not found

    def _make_known(
        self,
        rows: Rows,
        log_no: int,
        scope_no: int,
        seq: int,
        operations: Sequence[Operation],
    ) -> None:
        steps = steps_of(rows, log_no, operations)
        dots = {step.effect.record for step in steps}
        numbers = rows.records.numbers_of(scope_no, dots)
        for record in sorted(dots - set(numbers)):
            number = rows.records.next_number()
            rows.records.add([_blank(rows, number, scope_no, record)])
            numbers[record] = number
            self._missing.add(number)
        for step in steps:
            self._enter(rows, numbers[step.effect.record], step, seq)

    def _enter(self, rows: Rows, record_no: int, step: Step, seq: int) -> None:
        wanted = []
        if step.redaction is not None:
            wanted.append(EditRow(record_no, *step.redaction, seq))
            if not step.effect.is_create:
                wanted.append(EditRow(record_no, *step.effect.dot, step.left_seq))
        elif not step.effect.is_create:
            wanted.append(EditRow(record_no, *step.effect.dot, seq))
        for row in wanted:
            if rows.edits.seq_of(*row[:3]) != row.seq:
                rows.edits.add([row])
                self._missing.add(record_no)

    def _rebuild(self, rows: Rows) -> bool:
        found = rows.records.after(self._record_no, _RECORDS_AT_ONCE)
        if not found:
            return True
        numbers = [row.record_no for row in found]
        self._record_no = numbers[-1]
        self.records += len(numbers)
        tickets = rows.tickets.of_records(numbers)
        wrong = set(rebuild_records(rows, numbers, self._decoded))
        again = rows.tickets.of_records(numbers)
        self._note_tickets(n for n in numbers if tickets.get(n) != again.get(n))
        wrong |= self._missing & set(numbers)
        self.different += sorted(wrong)
        return False

    def _check_tickets(self, rows: Rows) -> bool:
        """Tickets that no record stands behind any more go."""
        found = list(
            islice(rows.tickets.all(), self._ticket, self._ticket + _TICKETS_AT_ONCE)
        )
        self._ticket += len(found)
        known = rows.records.rows({ticket.record_no for ticket in found})
        gone = [ticket for ticket in found if ticket.record_no not in known]
        for ticket in gone:
            rows.tickets.remove(ticket.scope_no, [ticket.subject])
        self._ticket -= len(gone)
        self._note_tickets(ticket.record_no for ticket in gone)
        return not found

    def _note_tickets(self, record_nos: Iterable[int]) -> None:
        known = set(self.wrong_tickets)
        self.wrong_tickets += sorted(set(record_nos) - known)

    def _check_classes(self, rows: Rows) -> bool:
        found = rows.classes.recount(self._class_no, _CLASSES_AT_ONCE)
        for class_no, kept, counted in found:
            self._class_no = class_no
            if kept != counted:
                self._note_class(class_no)
                rows.classes.put(class_no, counted)
        return not found

    def _check_imports(self, rows: Rows) -> bool:
        found = rows.classes.recount_imported(self._imported, _CLASSES_AT_ONCE)
        for import_no, class_no, kept, counted in found:
            self._imported = (import_no, class_no)
            if kept != counted:
                self._note_class(class_no)
                rows.classes.put_imported(import_no, class_no, counted)
        return not found

    def _note_class(self, class_no: int) -> None:
        if class_no not in self.wrong_classes:
            self.wrong_classes.append(class_no)

    def _check_digests(self, rows: Rows) -> bool:
        scope_no, first = self._bucket
        scopes = [each.scope_no for each in rows.scopes.all()]
        if scope_no not in scopes or first >= BUCKETS:
            later = [number for number in scopes if number > scope_no]
            if not later:
                return True
            scope_no, first = min(later), 0
        self._bucket = (scope_no, first + _BUCKETS_AT_ONCE)
        changed = set(rows.digests.dirty(scope_no, BUCKETS))
        known = rows.digests.all(scope_no)
        for bucket in range(first, first + _BUCKETS_AT_ONCE):
            if bucket in changed:
                continue
            found = bucket_digest(rows, rows.digests.leaves(scope_no, bucket))
            if found != known.get(bucket, b""):
                rows.digests.mark(scope_no, [bucket])
                if scope_no not in self.wrong_digests:
                    self.wrong_digests.append(scope_no)
        return False


def _blank(
    rows: Rows, number: int, scope_no: int, record: tuple[int, int]
) -> RecordRow:
    """A row of which nothing is known yet but whose it is."""
    log_no, n = record
    bucket = bucket_of(record_bytes(rows.logs.id_of(log_no), n))
    state = pack_state(RecordState(record))
    return RecordRow(
        number, scope_no, log_no, n, 0, 0, bucket, 0, b"", None, None, "", state
    )
