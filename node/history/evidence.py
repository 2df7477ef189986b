"""What the log and the order say about the values of a field, beside the values.

Who had seen what; what stood there before; which values only propose; what was changed
behind a filing. Evidence makes tickets and chooses what is shown meanwhile; it never
decides what survives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from node.history.effects import DotNo, copied_dot
from node.history.logbook import (
    DecodedSets,
    Entry,
    entries_of,
    entry_at,
    value_given,
    written,
)
from node.history.registers import (
    OWNER,
    Place,
    Word,
    hub_key,
    machine_key,
    owner_in,
    words,
)
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.header import decode_header
from protocol.identity import Dot
from protocol.operations import Resolve, Restore, Set, Value, Withdraw

_LONGEST_WAY: Final = 64
"""Proposals upon proposals are followed so far back; then all writes are read."""


class Evidence:
    """Reads the log about one record; lives inside one transaction."""

    def __init__(
        self,
        rows: Rows,
        record: RecordRow,
        decoded: DecodedSets,
        owner_words: list[Word] | None = None,
    ) -> None:
        """*record* may be a stand-in; *owner_words* saves reading them again."""
        self._rows = rows
        self._record = record
        self._decoded = decoded
        self._owner_words = owner_words
        self._entries: dict[DotNo, Entry | None] = {}

    @property
    def has_owner_words(self) -> bool:
        """Whether the hub has ever said whose the fonds is."""
        return bool(self._words())

    def entry(self, dot: DotNo) -> Entry | None:
        """The operation *dot* on the record, if it counts here."""
        if dot not in self._entries:
            self._entries[dot] = entry_at(self._rows, self._record, dot, self._decoded)
        return self._entries[dot]

    def place(self, dot: DotNo) -> Place | None:
        """Where the operation stands in the hub's order; None where in none."""
        entry = self.entry(dot)
        if entry is None or entry.change_set is None:
            return None
        held = entry.change_set
        found = self._rows.orders.of_set(held.log_no, held.seq, held.hash)
        return None if found is None else (found.epoch, found.place, dot[1])

    def cursor(self, dot: DotNo) -> Place | None:
        """How far the writer had read of the order when the operation was sealed."""
        entry = self.entry(dot)
        if entry is None or entry.change_set is None:
            return None
        header = decode_header(entry.change_set.header)
        return header.cursor_epoch, header.cursor_place, 0

    def given(self, dot: DotNo, field: int) -> tuple[bool, Value]:
        """Whether *dot* wrote the field, and what; through copies."""
        return value_given(self._rows, self._record, dot, field, self._decoded)

    def named(self, dot: DotNo, field: int) -> tuple[DotNo, ...]:
        """The dots that the operation replaced in the field."""
        entry = self.entry(dot)
        found = () if entry is None else names_in(entry, field)
        numbers = ((self._rows.logs.number_of(each.log), each.n) for each in found)
        return tuple((number, n) for number, n in numbers if number is not None)

    def origin(self, dot: DotNo, field: int) -> DotNo:
        """The write that *dot* only brings back; else itself."""
        entry = self.entry(dot)
        if entry is None or not isinstance(entry.operation, Set):
            return dot
        writes = entry.operation.writes
        copied = next((copied_dot(w.value) for w in writes if w.field == field), None)
        number = None if copied is None else self._rows.logs.number_of(copied.log)
        if copied is None or number is None:
            return dot
        return number, copied.n

    def before(self, field: int, dots: Iterable[DotNo]) -> Value:
        """The value that all the writers replaced; nil where there is not just one."""
        named = [
            set(self.named(self.origin(dot, field), field))
            for dot in dots
            if self.entry(dot)
        ]
        if not named:
            return None
        found = []
        for dot in sorted(set.intersection(*named)):
            is_written, value = self.given(dot, field)
            if is_written and value is not None:
                found.append(value)
        return found[0] if len(found) == 1 else None

    def birth_value(self, field: int) -> Value:
        """What the create gave to the field; nil where it gave nothing."""
        birth = (self._record.log_no, self._record.n)
        return self.given(birth, field)[1]

    def is_proposal(self, dot: DotNo, field: int) -> bool:
        """Whether the write only proposes: not by an owner's machine, nor the hub's.

        The owner is the one at the write's place in the order. A value that was brought
        back is whose it was; one that a decision took is the hub's.
        """
        if not self._words() or dot == (self._record.log_no, self._record.n):
            return False
        entry = self.entry(dot)
        if entry is None:
            return False
        key = machine_key(self._rows, dot[0])
        if key == hub_key(self._rows):
            return self._brings_back_a_proposal(entry, field)
        place = self.place(dot)
        if place is None:
            return False
        owner = owner_in(self._words(), place)
        return owner is not None and key not in owner.machine_keys

    def standing(self, field: int, live: Mapping[DotNo, Value]) -> dict[DotNo, Value]:
        """What stands while proposals wait: the values that no proposal may replace."""
        waiting = list(live)
        seen: set[DotNo] = set()
        plain: set[DotNo] = set()
        while waiting:
            dot = waiting.pop()
            if dot in seen:
                continue
            if len(seen) == _LONGEST_WAY:
                plain = self._not_proposed(field)
                break
            seen.add(dot)
            if self.is_proposal(dot, field):
                waiting.extend(self.named(self.origin(dot, field), field))
            else:
                plain.add(dot)
        replaced = {name for dot in plain for name in self.named(dot, field)} - {
            dot for dot in plain if dot in live
        }
        found = {}
        for dot in sorted(plain - replaced):
            if dot in live:
                found[dot] = live[dot]
                continue
            is_written, value = self.given(dot, field)
            if is_written:
                found[dot] = value
        return found

    def _not_proposed(self, field: int) -> set[DotNo]:
        """Every write to the field that is no proposal."""
        found = set()
        for entry in entries_of(self._rows, self._record, self._decoded):
            dot = (entry.log_no, entry.operation.n)
            if entry.is_admitted and written(entry.operation, field)[0]:
                self._entries.setdefault(dot, entry)
                if not self.is_proposal(dot, field):
                    found.add(dot)
        return found

    def is_behind_filing(self, dot: DotNo, filings: Iterable[DotNo]) -> bool:
        """Whether the write and a filing were made without knowing of each other."""
        place, cursor = self.place(dot), self.cursor(dot)
        if place is None or cursor is None:
            return False
        for filing in filings:
            filed, known = self.place(filing), self.cursor(filing)
            if filing[0] == dot[0] or filed is None or known is None:
                continue
            if known < (*place[:2], 0) and cursor < (*filed[:2], 0):
                return True
        return False

    def is_decision(self, dot: DotNo) -> bool:
        """Whether a person decided so, where tickets are decided: at the hub."""
        entry = self.entry(dot)
        if entry is None or not isinstance(entry.operation, Resolve):
            return False
        hub = hub_key(self._rows)
        return hub is None or machine_key(self._rows, dot[0]) == hub

    def _brings_back_a_proposal(self, entry: Entry, field: int) -> bool:
        dot = (entry.log_no, entry.operation.n)
        origin = self.origin(dot, field)
        return origin != dot and self.is_proposal(origin, field)

    def _words(self) -> list[Word]:
        if self._owner_words is None:
            self._owner_words = words(self._rows, self._record.scope_no, OWNER)
        return self._owner_words


def names_in(entry: Entry, field: int) -> tuple[Dot, ...]:
    """The dots that an operation names in a field."""
    match entry.operation:
        case Set(writes=writes):
            return next((w.names for w in writes if w.field == field), ())
        case Resolve(write=write):
            return write.names if write.field == field else ()
        case Withdraw(names=names) | Restore(names=names):
            return names if field == 0 else ()
        case _:
            return ()
