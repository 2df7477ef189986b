"""At a hub: fonds that rooms write and have no right to yet (待授权的全宗).

A room may open a fonds after it joined. What it sends of it is kept and set aside; the
fonds' code and title are read from those sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.catalogue.fields import CODE, LEVEL, LEVEL_FONDS, TITLE
from node.catalogue.premises import Premises
from node.catalogue.reading import all_fonds
from node.catalogue.saving import check_actor
from node.catalogue.values import shown_value
from node.history.logbook import read_operations
from node.history.trust import entry_of
from node.store.port import Rows
from node.store.row_types import LogRow, SetRow, SetState
from protocol.header import decode_header
from protocol.identity import Scope
from protocol.messages import TrustEntry
from protocol.operations import Actor, Create

_LOOKED_AT: Final = 1000
"""Sets of one log."""
_REASON: Final = "scope"


@dataclass(frozen=True, slots=True)
class AwaitedFonds:
    """A fonds whose sets of one machine are set aside for want of a right."""

    key: bytes
    """The machine's public key."""
    machine: str
    scope: Scope
    """As the machine calls it."""
    code: str
    """Empty where the fonds was not opened in these sets."""
    title: str
    sets: int
    operations: int
    is_free: bool
    """The identity stands in no order here: it may be granted as it is."""

    def to_json(self) -> dict[str, object]:
        """The fonds as JSON shows it."""
        return {
            "machine": self.machine,
            "code": self.code,
            "title": self.title,
            "sets": self.sets,
            "operations": self.operations,
        }


class Awaited:
    """What rooms wait for at one hub."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def fonds(self, actor: Actor) -> list[AwaitedFonds]:
        """Every fonds that waits for a right, by machine and code."""
        check_actor(actor)
        return await self._premises.store.read(awaited_fonds)


def awaited_fonds(rows: Rows) -> list[AwaitedFonds]:
    """Every fonds that waits for a right, by machine and code."""
    kept: dict[tuple[bytes, Scope], tuple[TrustEntry, list[SetRow]]] = {}
    for log in rows.logs.all():
        entry = _entry(rows, log)
        if entry is None:
            continue
        for row in rows.sets.in_state(log.log_no, SetState.QUARANTINED, _LOOKED_AT):
            if row.reason == _REASON:
                at = (entry.public_key, decode_header(row.header).scope)
                kept.setdefault(at, (entry, []))[1].append(row)
    known = {each.scope_no: (each.code, each.title) for each in all_fonds(rows)}
    found = []
    for (key, scope), (entry, sets) in kept.items():
        number = rows.scopes.number_of(scope)
        is_free = number is None or rows.orders.head(number) is None
        told = _opened(rows, sets) if is_free else known.get(number or 0, ("", ""))
        operations = sum(row.op_count for row in sets)
        found.append(
            AwaitedFonds(key, entry.name, scope, *told, len(sets), operations, is_free)
        )
    return sorted(found, key=lambda each: (each.machine, each.code, each.scope.fonds))


def _entry(rows: Rows, log: LogRow) -> TrustEntry | None:
    while log.parent_no is not None:
        log = rows.logs.row(log.parent_no)
    return entry_of(rows, log.log)


def _opened(rows: Rows, sets: Sequence[SetRow]) -> tuple[str, str]:
    """Code and title of the fonds, by the first of the sets that opened it."""
    for row in sorted(sets, key=lambda row: row.first_n):
        for operation in read_operations(rows, row):
            if isinstance(operation, Create):
                values = dict(operation.values)
                if values.get(LEVEL) == LEVEL_FONDS and values.get(CODE):
                    title = values.get(TITLE)
                    return (
                        shown_value(values[CODE]),
                        "" if title is None else shown_value(title),
                    )
    return "", ""
