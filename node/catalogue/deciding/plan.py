"""The operations of one decision, gathered before they get their numbers.

A decision on one field is a resolve of it. A decision of several operations begins
with a resolve of field 48 (裁定) whose value says how many operations follow that
belong to it; so whoever holds the log can take all of it back. Heads on one record
stand beside each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from node.catalogue.deciding.case import Case, survivors_of
from node.catalogue.deciding.ruling import Choice
from node.catalogue.fields import CORRECTIONS
from node.catalogue.pack import Pack
from node.catalogue.reading import dot_of, existence_dots, held_of
from node.catalogue.saves import correction_text, is_filed
from node.catalogue.saving import withdrawal
from node.history.docket import RULING_FIELD
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.identity import Dot
from protocol.operations import (
    EXISTENCE_FIELD,
    Actor,
    Add,
    Elements,
    Link,
    Operation,
    Resolve,
    Set,
    Tag,
    Value,
    Write,
)

DECIDED: Final = RULING_FIELD
"""裁定: head of a decision of several operations; (3, class, how many follow)."""
DISTINCT: Final = 4
SPLIT_FROM: Final = 5
"""What a link says (docs/protocol.md, Operations)."""
Maker = Callable[[int], Operation]
"""Makes an operation when it is told its number."""
NextCode = Callable[[Rows, int, str], str | None]
"""The next free code of a code's sequence; None: the record goes without a code."""


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, when, by which rules and why."""

    actor: Actor
    made_at: int
    pack: Pack
    reason: str
    next_code: NextCode
    own_log: bytes


class Plan:
    """Gathers what one decision writes."""

    def __init__(self, rows: Rows, case: Case, decider: Decider) -> None:
        self.rows = rows
        self.case = case
        self.decider = decider
        self._parts: list[Maker] = []

    def resolve(
        self,
        record: RecordRow,
        field: int,
        value: Value,
        choice: Choice,
        names: Sequence[Dot] = (),
    ) -> None:
        """A field of the record gets a value in place of *names*.

        Without *names* in place of all that survives there; a head in place of nothing.
        """
        self._parts.append(self._resolve(record, field, value, choice, names))

    def add(self, record: Dot, lists: Sequence[Elements]) -> None:
        """Elements join list fields of the record."""
        actor, made_at = self.decider.actor, self.decider.made_at
        if lists:
            self._parts.append(lambda n: Add(n, actor, made_at, record, tuple(lists)))

    def make(self, maker: Maker) -> None:
        """Any other operation."""
        self._parts.append(maker)

    def link(self, kind: int, record: Dot, target: Dot) -> None:
        """The record has to do with another of its fonds."""
        self._parts.append(self.link_of(kind, record, target))

    def link_of(self, kind: int, record: Dot, target: Dot) -> Maker:
        """Makes a link; its note is the reason of the decision."""
        decider = self.decider
        scope = self.rows.scopes.row(self.case.ticket.scope_no).scope
        return lambda n: Link(
            n,
            decider.actor,
            decider.made_at,
            record,
            kind,
            scope,
            target,
            decider.reason,
        )

    def withdraw(self, record: RecordRow, *, is_headed: bool = False) -> None:
        """The record should not exist; all that stands in it is seen.

        *is_headed*: the head of the decision, just before, is on the record too.
        """
        decider = self.decider
        held = held_of(self.rows, record)
        existence = existence_dots(self.rows, record)

        def make(n: int) -> Operation:
            seen = held
            if is_headed:
                head = {DECIDED: {Dot(decider.own_log, n - 1): None}}
                seen = replace(held, survivors={**held.survivors, **head})
            return withdrawal(
                n, decider.actor, decider.made_at, seen, existence, decider.reason
            )

        self._parts.append(make)

    def correct(self, record: RecordRow, field: int) -> None:
        """A filed item says in its 更正记录 that it got another value, and why."""
        held = held_of(self.rows, record)
        if not is_filed(held):
            return
        about = Set(0, self.decider.actor, 0, held.record, (Write(field, None, ()),))
        text = correction_text([about], self.decider.pack, self.decider.reason)
        self.add(held.record, (Elements(CORRECTIONS, (text,)),) if text else ())

    def operations(
        self, n: int, choice: Choice, record: RecordRow, *, has_head: bool = False
    ) -> list[Operation]:
        """All of it from number *n* on, with a head where it is not one resolve."""
        if len(self._parts) == 1 and not has_head:
            return [self._parts[0](n)]
        value = (int(Tag.GROUP), int(self.case.ticket_class), len(self._parts))
        head = self._resolve(record, DECIDED, value, choice)
        return [make(n + place) for place, make in enumerate([head, *self._parts])]

    def _resolve(
        self,
        record: RecordRow,
        field: int,
        value: Value,
        choice: Choice,
        names: Sequence[Dot] = (),
    ) -> Maker:
        live = names
        if field == EXISTENCE_FIELD:
            live = existence_dots(self.rows, record)
        elif field != DECIDED:
            live = sorted(survivors_of(self.rows, record, field))
        birth = dot_of(self.rows, record)
        write = Write(field, value, tuple(live) or (birth,))
        decider, version = self.decider, self.case.ticket.version
        return lambda n: Resolve(
            n,
            decider.actor,
            decider.made_at,
            birth,
            write,
            int(choice),
            version,
            decider.reason,
        )
