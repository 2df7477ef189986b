"""Taking a decision back: what stood before it stands again, with its authors.

One set for each value that the decision had replaced, naming the decision and carrying
a copy of the operation that gave the value. Links go, a record that was withdrawn comes
back, one that was made goes. What somebody wrote over since stays, and is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from node.catalogue.deciding.case import origin_of
from node.catalogue.deciding.made import Made, record_at, stands
from node.catalogue.deciding.plan import Maker
from node.catalogue.deciding.plans import copy_of
from node.catalogue.reading import dot_of, existence_dots, held_of
from node.catalogue.saving import restoration, withdrawal
from node.history.docket import DISPUTE_FIELD
from node.history.evidence import Evidence
from node.history.logbook import DecodedSets, written
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.identity import Dot, Element
from protocol.operations import (
    EXISTENCE_FIELD,
    LINKS_FIELD,
    Actor,
    Add,
    Create,
    Link,
    Operation,
    Removal,
    Remove,
    Resolve,
    Restore,
    Set,
    Value,
    Withdraw,
    Write,
)

_TALK = frozenset({DISPUTE_FIELD})


class Answers:
    """What takes a decision back, gathered before it gets its numbers."""

    def __init__(
        self, rows: Rows, made: Made, by: Actor, made_at: int, reason: str
    ) -> None:
        self._rows = rows
        self._made = made
        self._log = rows.logs.id_of(made.log_no)
        self._by = by
        self._made_at = made_at
        self._reason = reason
        self._decoded = DecodedSets()
        self._makers: list[Maker] = []
        self.touched: dict[int, RecordRow] = {}
        """Records that change, by number."""
        self.kept = 0
        """What was written over since and stays."""
        for operation in (made.head, *made.parts):
            self._answer(operation)

    def operations(self, n: int) -> list[Operation]:
        """All of it, numbered from *n* on."""
        return [make(n + place) for place, make in enumerate(self._makers)]

    def _answer(self, operation: Operation) -> None:
        record = self._record(operation)
        if record is None:
            self.kept += 1
            return
        before = len(self._makers)
        match operation:
            case Resolve():
                self._answer_write(record, operation)
            case Withdraw():
                self._answer_withdrawal(record, operation)
            case Create():
                self._answer_create(record, operation)
            case Link():
                self._take_out(record, LINKS_FIELD, operation)
            case Add():
                for field in {each.field for each in operation.lists} - _TALK:
                    self._take_out(record, field, operation)
            case _:
                pass
        if len(self._makers) > before:
            self.touched[record.record_no] = record
        else:
            self.kept += 1

    def _record(self, operation: Operation) -> RecordRow | None:
        dot = getattr(operation, "record", None)
        if dot is None:
            dot = Dot(self._log, operation.n)
        return record_at(self._rows, self._made.scope_no, dot)

    def _answer_write(self, record: RecordRow, operation: Resolve) -> None:
        write, dot = operation.write, Dot(self._log, operation.n)
        if not stands(self._rows, record, write.field, dot):
            return
        evidence = Evidence(self._rows, record, self._decoded)
        if write.field == EXISTENCE_FIELD:
            self._say_again(record, evidence, write.names, dot)
            return
        origins: dict[Dot, None] = {}
        for name in write.names:
            if self._gave(evidence, name, write.field):
                origins[origin_of(self._rows, evidence, name, write.field)] = None
        values: Iterable[Value] = [copy_of(origin) for origin in origins] or [None]
        for value in values:
            self._set(record, Write(write.field, value, (dot,)))

    def _gave(self, evidence: Evidence, dot: Dot, field: int) -> bool:
        log_no = self._rows.logs.number_of(dot.log)
        entry = None if log_no is None else evidence.entry((log_no, dot.n))
        return entry is not None and written(entry.operation, field)[0]

    def _set(self, record: RecordRow, write: Write) -> None:
        birth = dot_of(self._rows, record)
        self._makers.append(lambda n: Set(n, self._by, self._made_at, birth, (write,)))

    def _say_again(
        self, record: RecordRow, evidence: Evidence, names: Iterable[Dot], dot: Dot
    ) -> None:
        """Withdrawals and restorations that the decision had set aside, as they were.

        A withdrawal comes back with the list of what had been seen, no more: what it
        was not meant for keeps contesting it.
        """
        birth = dot_of(self._rows, record)
        for name in names:
            log_no = self._rows.logs.number_of(name.log)
            entry = None if log_no is None else evidence.entry((log_no, name.n))
            match None if entry is None else entry.operation:
                case Withdraw(seen=seen, reason=reason):
                    self._makers.append(
                        lambda n, seen=seen, reason=reason: Withdraw(  # type: ignore[misc]
                            n, self._by, self._made_at, birth, (dot,), seen, reason
                        )
                    )
                case Restore(reason=reason):
                    self._makers.append(
                        lambda n, reason=reason: Restore(  # type: ignore[misc]
                            n, self._by, self._made_at, birth, (dot,), reason
                        )
                    )
                case _:
                    continue

    def _answer_withdrawal(self, record: RecordRow, operation: Withdraw) -> None:
        dot = Dot(self._log, operation.n)
        existence = existence_dots(self._rows, record)
        if dot not in existence:
            return
        evidence = Evidence(self._rows, record, self._decoded)
        before = len(self._makers)
        self._say_again(record, evidence, operation.names, dot)
        if len(self._makers) == before:
            held = held_of(self._rows, record)
            self._makers.append(self._existence(restoration, held, existence))

    def _answer_create(self, record: RecordRow, operation: Create) -> None:
        """The record that was made goes, unless somebody worked on it since."""
        last = self._made.head.n + len(self._made.parts)
        for edit in self._rows.edits.of_record(record.record_no):
            if edit.log_no != self._made.log_no or not operation.n < edit.n <= last:
                return
        held = held_of(self._rows, record)
        existence = existence_dots(self._rows, record)
        self._makers.append(self._existence(withdrawal, held, existence))

    def _existence(
        self, build: Callable[..., Operation], held: object, existence: tuple[Dot, ...]
    ) -> Maker:
        return lambda n: build(
            n, self._by, self._made_at, held, existence, self._reason
        )

    def _take_out(self, record: RecordRow, field: int, operation: Operation) -> None:
        dot = Dot(self._log, operation.n)
        present = held_of(self._rows, record).elements.get(field, {})
        gone: list[Element] = sorted(each for each in present if each.dot == dot)
        if not gone:
            return
        birth = dot_of(self._rows, record)
        removal = Removal(field, tuple(gone))
        self._makers.append(
            lambda n: Remove(n, self._by, self._made_at, birth, (removal,))
        )


def still_stands(rows: Rows, made: Made) -> bool:
    """Whether the decision's own value survives, or another thing that it came to."""
    dot = Dot(rows.logs.id_of(made.log_no), made.head.n)
    if stands(rows, made.record, made.head.write.field, dot):
        return True
    return any(_part_stands(rows, made, part) for part in made.parts)


def _part_stands(rows: Rows, made: Made, part: Operation) -> bool:
    match part:
        case Resolve(n=n, record=named, write=Write(field=field)):
            record = record_at(rows, made.scope_no, named)
        case Withdraw(n=n, record=named):
            record, field = record_at(rows, made.scope_no, named), EXISTENCE_FIELD
        case Link(n=n, record=named):
            record = record_at(rows, made.scope_no, named)
            present = {} if record is None else held_of(rows, record).elements
            log = rows.logs.id_of(made.log_no)
            return any(each.dot == Dot(log, n) for each in present.get(LINKS_FIELD, {}))
        case _:
            return False
    dot = Dot(rows.logs.id_of(made.log_no), n)
    return record is not None and stands(rows, record, field, dot)
