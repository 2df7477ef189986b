"""Operations become rows: the projection of the log.

Each operation is applied once; in any order of arrival the rows are the same. Nothing
here decides between values: survivors are kept, whoever wrote them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from node.history.assessing import UNTOUCHED, Assessed, assess
from node.history.copies import (
    author_at,
    has_copy,
    resolve_copies,
    stand_in,
)
from node.history.docket import CODE_FIELD, Docket, needs_look
from node.history.effects import DotNo, copied_dot
from node.history.logbook import DecodedSets, value_given
from node.history.record_rows import Made, RowMaker, is_simple, is_visible
from node.history.registers import PACK
from node.history.retelling import await_retelling
from node.history.shared_codes import CodesTouched, decision_row
from node.history.state_packing import unpack_state
from node.history.steps import Step, steps_of
from node.history.survivors import (
    HasArrived,
    RecordState,
    add_pending,
    apply_effect,
    redact_effect,
    shown_in,
)
from node.history.tickets import Author
from node.store.port import Rows
from node.store.row_types import (
    EditRow,
    RecordFlag,
    RecordRow,
    SetState,
)
from node.store.ticket_port import DecisionRow
from protocol.operations import Create, Operation, Resolve, Value

_OPEN: Final = int(RecordFlag.OPEN)
_REGISTER: Final = int(RecordFlag.REGISTER)
_COUNTING: Final[frozenset[int]] = frozenset({SetState.ADMITTED, SetState.REMOVED})


class Applied(NamedTuple):
    """What applying came to."""

    tickets_opened: int
    records_touched: frozenset[int]
    """Numbers of the records."""


def apply_set(
    rows: Rows,
    log_no: int,
    scope_no: int,
    operations: Sequence[Operation],
    *,
    admitted: bool,
    seq: int,
    received_at: int,
    import_no: int = 0,
) -> Applied:
    """The operations of a set, or single ones of the journal (seq 0), join the rows.

    Admitted operations that stood here as own work become confirmed; what is admitted
    here already is left as it is, so that doing it twice does no harm.
    """
    batch = _Batch(rows, log_no, scope_no, seq, received_at, import_no)
    return batch.apply(operations, is_admitted=admitted)


def confirm_set(
    rows: Rows,
    log_no: int,
    scope_no: int,
    operations: Sequence[Operation],
    *,
    seq: int,
    received_at: int,
) -> Applied:
    """An own set came back from the hub's order: its writes are confirmed."""
    return apply_set(
        rows,
        log_no,
        scope_no,
        operations,
        admitted=True,
        seq=seq,
        received_at=received_at,
    )


def records_touched(
    rows: Rows, scope_no: int, log_no: int, operations: Sequence[Operation]
) -> set[int]:
    """Numbers of the records that the operations write to, as far as they exist."""
    dots = {step.effect.record for step in steps_of(rows, log_no, operations)}
    return set(rows.records.numbers_of(scope_no, dots).values())


class _Batch:
    """Applies the steps of one set; rows are written together at the end."""

    def __init__(
        self,
        rows: Rows,
        log_no: int,
        scope_no: int,
        seq: int,
        received_at: int,
        import_no: int,
    ) -> None:
        self._rows = rows
        self._log_no = log_no
        self._scope_no = scope_no
        self._seq = seq
        self._received_at = received_at
        self._import_no = import_no
        self._maker = RowMaker(rows, scope_no)
        self._decoded = DecodedSets()
        self._docket = Docket(rows, scope_no, self._decoded, log_no)
        self._codes = CodesTouched(self._docket)
        self._decisions: list[DecisionRow] = []
        self._added: list[Made] = []
        self._changed: list[Made] = []
        self._edits: list[EditRow] = []
        self._amounts: dict[int, int] = {}
        self._imported: dict[int, dict[int, int]] = {}
        self._opened = 0
        self._touched: set[int] = set()
        self._next_no = 0

    def apply(self, operations: Sequence[Operation], *, is_admitted: bool) -> Applied:
        creates = {op.n: op for op in operations if isinstance(op, Create)}
        others = [op for op in operations if not isinstance(op, Create)]
        by_record: dict[DotNo, list[Step]] = {}
        for step in steps_of(self._rows, self._log_no, others):
            by_record.setdefault(step.effect.record, []).append(step)
        numbers = self._numbers(creates, by_record)
        for n, create in creates.items():
            record = (self._log_no, n)
            is_new = record not in numbers and record not in by_record
            if is_new and is_simple(create):
                self._born(create, is_admitted=is_admitted)
                continue
            steps = steps_of(self._rows, self._log_no, [create])
            by_record[record] = steps + by_record.get(record, [])
        known = self._rows.records.rows(numbers.values())
        for record, mine in by_record.items():
            record_no = numbers.get(record) or self._new_number()
            self._apply_to(record_no, known.get(record_no), mine, is_admitted)
        self._write()
        return Applied(self._opened, frozenset(self._touched))

    def _numbers(
        self, creates: Mapping[int, Create], by_record: Iterable[DotNo]
    ) -> dict[DotNo, int]:
        """Numbers of those records that have a row."""
        found: dict[DotNo, int] = {}
        if creates:
            between = self._rows.records.numbers_between(
                self._scope_no, self._log_no, min(creates), max(creates)
            )
            for n, number in between.items():
                if n in creates:
                    found[(self._log_no, n)] = number
        others = [
            dot for dot in by_record if dot[0] != self._log_no or dot[1] not in creates
        ]
        found.update(self._rows.records.numbers_of(self._scope_no, others))
        return found

    def _new_number(self) -> int:
        if self._next_no == 0:
            self._next_no = self._rows.records.next_number()
        number = self._next_no
        self._next_no += 1
        return number

    def _born(self, create: Create, *, is_admitted: bool) -> None:
        record_no = self._new_number()
        made = self._maker.born(
            record_no,
            self._log_no,
            create,
            is_admitted=is_admitted,
            import_no=self._import_no,
        )
        if self._docket.is_hubs and any(part.field == PACK for part in create.lists):
            await_retelling(self._rows, self._scope_no)
        self._touched.add(record_no)
        self._added.append(made)
        self._count(made.row, 1)

    def _apply_to(
        self,
        record_no: int,
        old: RecordRow | None,
        steps: Sequence[Step],
        is_admitted: bool,  # noqa: FBT001
    ) -> None:
        birth = steps[0].effect.record
        self._touched.add(record_no)
        state = RecordState(birth) if old is None else unpack_state(birth, old.state)
        touched: set[int] = set().union(*(step.effect.touched for step in steps))
        before = [shown_in(state, field) for field in sorted(touched)]
        authors: dict[DotNo, Author] = {}
        fields: set[int] = set()
        arrived: set[DotNo] = set()

        def has_arrived(dot: DotNo) -> bool:
            return dot in arrived or self._has_arrived(record_no, dot)

        for step in steps:
            effect = step.effect
            fields |= effect.fields
            operation = step.operation
            authors[effect.dot] = Author(
                operation.actor, operation.made_at, self._received_at
            )
            self._apply_step(state, step, is_admitted, has_arrived)
            arrived.add(effect.dot)
            self._enter(record_no, step)
        self._resolve_copies(record_no, birth, state, fields, steps)
        assessed = self._assessed(record_no, old, state, touched, authors, is_admitted)
        is_open = assessed.is_open or bool(old is not None and old.flags & _OPEN)
        is_same = before == [shown_in(state, field) for field in sorted(touched)]
        made = self._maker.made(
            record_no,
            state,
            old,
            assessed=assessed,
            is_shown_same=is_same and not is_open,
            import_no=self._import_no,
        )
        if PACK in touched and made.row.flags & _REGISTER and self._docket.is_hubs:
            await_retelling(self._rows, self._scope_no)
        if CODE_FIELD in touched:
            self._flush_edits()
            had = before[sorted(touched).index(CODE_FIELD)]
            self._codes.note_record(record_no, state, had, steps)
        self._note(made, old)

    def _flush_edits(self) -> None:
        """Enter the operations of this set, for who reads the log about them."""
        self._rows.edits.add(self._edits)
        self._edits.clear()

    def _apply_step(
        self,
        state: RecordState,
        step: Step,
        is_admitted: bool,  # noqa: FBT001
        has_arrived: HasArrived,
    ) -> None:
        effect = step.effect
        is_here = effect.dot not in state.pending and (
            state.is_created if effect.dot == state.birth else has_arrived(effect.dot)
        )
        if is_here:
            if step.redaction is not None and is_admitted:
                redact_effect(state, effect)
        elif is_admitted:
            apply_effect(state, effect, has_arrived)
        else:
            add_pending(state, effect)

    def _has_arrived(self, record_no: int, dot: DotNo) -> bool:
        seq = self._rows.edits.seq_of(record_no, *dot)
        if not seq:
            return False
        states = self._rows.sets.states_at(dot[0], seq)
        return any(state in _COUNTING for state in states)

    def _enter(self, record_no: int, step: Step) -> None:
        log_no, n = step.effect.dot
        if isinstance(step.operation, Resolve):
            self._decisions.append(
                decision_row(record_no, self._scope_no, log_no, step.operation)
            )
        if step.redaction is not None:
            self._edits.append(EditRow(record_no, *step.redaction, self._seq))
            if not step.effect.is_create:
                self._edits.append(EditRow(record_no, log_no, n, step.left_seq))
        elif not step.effect.is_create:
            self._edits.append(EditRow(record_no, log_no, n, self._seq))

    def _resolve_copies(
        self,
        record_no: int,
        birth: DotNo,
        state: RecordState,
        fields: set[int],
        steps: Sequence[Step],
    ) -> None:
        """Put beside each copy the value that it copies, as soon as that is here."""
        if not any(has_copy(state, field) for field in fields):
            return
        self._flush_edits()
        record = stand_in(record_no, self._scope_no, birth)
        here = {step.effect.dot: step for step in steps}

        def given(dot: DotNo, field: int) -> tuple[bool, Value]:
            step = here.get(dot)
            if step is not None:
                for write in step.effect.writes:
                    if write.field == field and copied_dot(write.value) is None:
                        return True, write.value
            live = state.live.get(field, {})
            if dot in live and copied_dot(live[dot]) is None:
                return True, live[dot]
            return value_given(self._rows, record, dot, field, self._decoded)

        resolve_copies(self._rows, state, fields, given)

    def _assessed(
        self,
        record_no: int,
        old: RecordRow | None,
        state: RecordState,
        touched: set[int],
        authors: dict[DotNo, Author],
        is_admitted: bool,  # noqa: FBT001
    ) -> Assessed:
        """The record's tickets, where it had one or may have one now."""
        was_open = old is not None and old.flags & _OPEN
        may_open = is_admitted and needs_look(state, touched, self._docket)
        if not was_open and not may_open:
            return UNTOUCHED

        def author_of(dot: DotNo) -> Author | None:
            return authors.get(dot) or author_at(
                self._rows,
                stand_in(record_no, self._scope_no, state.birth),
                dot,
                self._decoded,
            )

        self._flush_edits()
        assessed = assess(
            self._docket, record_no, state, touched, author_of, self._received_at
        )
        self._opened += assessed.opened
        return assessed

    def _note(self, made: Made, old: RecordRow | None) -> None:
        (self._added if old is None else self._changed).append(made)
        self._count(made.row, 1)
        if old is not None:
            self._count(old, -1)
            self._codes.note_visibility(old, made.row)

    def _count(self, row: RecordRow, change: int) -> None:
        class_no = row.class_no
        if class_no and is_visible(row.flags):
            self._amounts[class_no] = self._amounts.get(class_no, 0) + change
            if row.import_no:
                amounts = self._imported.setdefault(row.import_no, {})
                amounts[class_no] = amounts.get(class_no, 0) + change

    def _write(self) -> None:
        rows = self._rows
        self._changed.sort(key=_record_no)
        made = self._added + self._changed
        rows.records.add([each.row for each in self._added])
        rows.records.update([each.row for each in self._changed])
        rows.edits.add(self._edits)
        rows.decisions.add(self._decisions)
        self._codes.claimed.update(
            each.row.code for each in self._added if each.row.code
        )
        self._opened += self._codes.settle(self._received_at)
        rows.text.put([(each.row.record_no, each.tokens or "") for each in self._added])
        rows.text.replace(
            [
                (each.row.record_no, each.tokens)
                for each in self._changed
                if each.tokens is not None
            ]
        )
        rows.digests.mark(self._scope_no, {each.row.bucket for each in made})
        rows.papers.note(self._touched)
        rows.classes.count(self._amounts)
        for import_no, amounts in self._imported.items():
            rows.classes.count_imported(import_no, amounts)


def _record_no(made: Made) -> int:
    """The text index is written fastest in this order."""
    return made.row.record_no
