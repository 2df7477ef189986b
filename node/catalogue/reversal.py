"""What brings a record back to where it was before some of its operations.

What still stands of them is answered; what somebody wrote over since stays, and is
counted. A value comes back as a copy of the dot that gave it, so that it keeps its
author.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from node.catalogue.reading import existence_dots
from node.catalogue.saving import Held, restoration, withdrawal
from node.history.logbook import DecodedSets, Entry, entries_of
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.identity import Dot, Element
from protocol.operations import (
    Actor,
    Add,
    Create,
    Elements,
    Operation,
    Removal,
    Remove,
    Resolve,
    Restore,
    Set,
    Tag,
    Value,
    Withdraw,
    Write,
)


class Past:
    """What the operations of one record said."""

    def __init__(self, rows: Rows, record: RecordRow, decoded: DecodedSets) -> None:
        self._entries: dict[Dot, Entry] = {}
        for entry in entries_of(rows, record, decoded):
            dot = Dot(rows.logs.id_of(entry.log_no), entry.operation.n)
            self._entries[dot] = entry

    @property
    def entries(self) -> Iterable[Entry]:
        """Every operation that counts here."""
        return self._entries.values()

    def by_log(
        self, log_no: int, first_n: int, last_n: int
    ) -> list[tuple[Dot, Operation]]:
        """Operations of the log from *first_n* to *last_n*."""
        return [
            (dot, entry.operation)
            for dot, entry in sorted(self._entries.items(), key=lambda pair: pair[0])
            if entry.log_no == log_no and first_n <= dot.n <= last_n
        ]

    def names(self, dot: Dot, number: int) -> tuple[Dot, ...]:
        """What the operation *dot* replaced in a field."""
        entry = self._entries.get(dot)
        match entry.operation if entry is not None else None:
            case Set(writes=writes):
                for write in writes:
                    if write.field == number:
                        return write.names
            case Resolve(write=write) if write.field == number:
                return write.names
            case _:
                pass
        return ()

    def has_value(self, dot: Dot, number: int) -> bool:
        """Whether the operation *dot* gave the field a value."""
        entry = self._entries.get(dot)
        match entry.operation if entry is not None else None:
            case Create(values=values):
                return any(written == number for written, _ in values)
            case Set(writes=writes):
                return any(write.field == number for write in writes)
            case Resolve(write=write):
                return write.field == number
            case _:
                return False

    def element(self, element: Element) -> Value:
        """The value of an element; nil where its operation is not here."""
        entry = self._entries.get(element.dot)
        match entry.operation if entry is not None else None:
            case Create(lists=lists) | Add(lists=lists):
                values = [value for added in lists for value in added.values]
                if element.position < len(values):
                    return values[element.position]
            case _:
                pass
        return None


class Reversal:
    """Answers to operations of one record, gathered and then written together."""

    def __init__(
        self, rows: Rows, record: RecordRow, held: Held, past: Past, gone: Iterable[Dot]
    ) -> None:
        self._held = held
        self._past = past
        self._gone = frozenset(gone)
        """The operations that are taken back."""
        self._existence = existence_dots(rows, record)
        self._is_withdrawn = bool(record.flags & RecordFlag.WITHDRAWN)
        self._should_stand: bool | None = None
        self._layers: list[dict[int, Write]] = []
        self._added: dict[int, list[Value]] = {}
        self._removed: dict[int, list[Element]] = {}
        self.kept = 0
        """Values written over since, which stay."""

    @property
    def has_answers(self) -> bool:
        """Whether there is something to write."""
        return bool(
            self._layers
            or any(self._added.values())
            or any(self._removed.values())
            or self._should_stand is self._is_withdrawn
        )

    def answer(self, dot: Dot, operation: Operation) -> None:
        """Undo what still stands of one operation."""
        match operation:
            case Create():
                self._should_stand = False
            case Withdraw() | Restore():
                if dot in self._existence:
                    self._should_stand = isinstance(operation, Withdraw)
                else:
                    self.kept += 1
            case Set():
                for write in operation.writes:
                    self._answer_write(dot, write)
            case Add():
                self._answer_add(dot, operation)
            case Remove():
                self._bring_back(operation)
            case _:
                pass

    def _answer_write(self, dot: Dot, write: Write) -> None:
        live = set(self._held.survivors.get(write.field, {}))
        if live != {dot}:
            followers = {
                other
                for other in self._gone
                if dot in self._past.names(other, write.field)
            }
            self.kept += not followers
            return
        before = self._before(write)
        copies: Sequence[Value] = [
            (int(Tag.COPY), name.log, name.n) for name in before
        ] or [None]
        for layer, value in enumerate(copies):
            if layer == len(self._layers):
                self._layers.append({})
            self._layers[layer][write.field] = Write(write.field, value, (dot,))

    def _before(self, write: Write) -> list[Dot]:
        """The dots whose values stood before all that is taken back."""
        found: dict[Dot, None] = {}
        waiting = list(write.names)
        looked_at: set[Dot] = set()
        while waiting:
            name = waiting.pop(0)
            if name in looked_at:
                continue
            looked_at.add(name)
            if name in self._gone and self._past.names(name, write.field):
                waiting += self._past.names(name, write.field)
            elif self._past.has_value(name, write.field):
                found[name] = None
        return list(found)

    def _answer_add(self, dot: Dot, operation: Add) -> None:
        for number in {elements.field for elements in operation.lists}:
            present = self._held.elements.get(number, {})
            gone = [element for element in present if element.dot == dot]
            self._removed.setdefault(number, []).extend(gone)
            self.kept += not gone

    def _bring_back(self, operation: Remove) -> None:
        for removal in operation.removals:
            present = self._held.elements.get(removal.field, {}).values()
            for element in removal.elements:
                value = self._past.element(element)
                if value is not None and value not in present:
                    self._added.setdefault(removal.field, []).append(value)

    def operations(
        self, n: int, actor: Actor, made_at: int, reason: str
    ) -> list[Operation]:
        """The operations, numbered from *n* on."""
        record = self._held.record
        made: list[Operation] = []
        for layer in self._layers:
            writes = tuple(layer[number] for number in sorted(layer))
            made.append(Set(n + len(made), actor, made_at, record, writes))
        lists = tuple(
            Elements(number, tuple(values))
            for number, values in sorted(self._added.items())
            if values
        )
        if lists:
            made.append(Add(n + len(made), actor, made_at, record, lists))
        removals = tuple(
            Removal(number, tuple(sorted(gone)))
            for number, gone in sorted(self._removed.items())
            if gone
        )
        if removals:
            made.append(Remove(n + len(made), actor, made_at, record, removals))
        if self._should_stand is self._is_withdrawn:
            build = restoration if self._should_stand else withdrawal
            made.append(
                build(
                    n + len(made), actor, made_at, self._held, self._existence, reason
                )
            )
        return made
