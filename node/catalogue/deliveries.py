"""What came from elsewhere since somebody looked last: from whom, how much, which.

A machine keeps one mark, of its own and never sent: up to which stored set people have
looked. A machine that has no mark yet begins now, so that an old room is not told of
all its history.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from node.catalogue.fields import LEVEL_VOLUME
from node.catalogue.histories import machine_name
from node.catalogue.pack import Pack
from node.catalogue.premises import Premises
from node.catalogue.reading import fonds_codes, record_of
from node.catalogue.record import Record
from node.catalogue.saving import check_actor
from node.catalogue.unsealed import hidden_imports
from node.history.effects import DotNo
from node.history.logbook import read_operations
from node.history.logbook import record_of as record_written
from node.history.record_rows import is_visible
from node.store.port import Rows
from node.store.row_types import ArrivedRow
from protocol.operations import Actor, Create, Operation

SEEN: Final = "desk.deliveries.seen"
"""Setting: number of the last stored set at which people have looked."""
COUNTED_OPERATIONS: Final = 600
"""Where no more came, the records are counted: some sets are read for it."""
_MOST_SETS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Sender:
    """One machine from which something came."""

    machine: str
    sets: int
    operations: int
    records: int | None = None
    """Items and volumes it wrote to; None where there was too much to count."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came since somebody looked last."""

    mark: int
    """To be handed to ``seen`` by who has looked at this."""
    senders: tuple[Sender, ...]
    """Who sent most comes first."""

    @property
    def operations(self) -> int:
        """Changes in all."""
        return sum(sender.operations for sender in self.senders)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One record that others wrote."""

    record: Record
    who: str
    """Who wrote last, of what came."""
    machine: str
    time: int
    is_new: bool
    """It was created there, not changed only."""


class Deliveries:
    """What others' change-sets brought to one machine."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self._counted = ((0, 0), Delivery(0, ()))
        """What was counted last: between which marks, and what."""

    async def unseen(self, actor: Actor) -> Delivery:
        """From whom something came since the mark, and how much."""
        check_actor(actor)
        mark = await self._premises.store.read(_mark)
        if mark is None:
            mark = await self._premises.store.write(_begin)

        senders, last = await self._premises.store.read(
            lambda rows: (_senders(rows, mark), rows.sets.last_arrival())
        )
        if not senders:
            return Delivery(mark, ())
        if (mark, last) != self._counted[0]:
            told = Delivery(last, senders)
            if told.operations <= COUNTED_OPERATIONS:
                told = await self._count(told)
            self._counted = ((mark, last), told)
        return self._counted[1]

    async def _count(self, delivery: Delivery) -> Delivery:
        """The same with records counted; who wrote to none is left out."""
        found = await self._newest(COUNTED_OPERATIONS)
        amounts = Counter(each.machine for each in found)
        senders = tuple(
            replace(each, records=amounts[each.machine])
            for each in delivery.senders
            if amounts[each.machine]
        )
        return Delivery(delivery.mark, senders)

    async def records(self, actor: Actor, limit: int = 200) -> list[Delivered]:
        """The records that came, those of the newest sets first; at most *limit*."""
        check_actor(actor)
        return await self._newest(limit)

    async def _newest(self, limit: int) -> list[Delivered]:
        read, pack = self._premises.store.read, self._premises.pack
        mark = await read(_mark)
        arrived = await read(
            lambda rows: [] if mark is None else rows.sets.arrived(mark, _MOST_SETS)
        )
        found: dict[str, Delivered] = {}
        for each in reversed(arrived):
            for told in await read(lambda rows, each=each: _brought(rows, each, pack)):  # type: ignore[misc]
                known = found.get(told.record.id)
                if known is None:
                    found[told.record.id] = told
                elif told.is_new:
                    found[told.record.id] = _as_new(known)
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    async def seen(self, actor: Actor, mark: int) -> None:
        """People have looked at what came up to *mark*."""
        check_actor(actor)

        def work(rows: Rows) -> None:
            rows.settings.put(SEEN, max(mark, _mark(rows) or 0))

        await self._premises.store.write(work)


def _mark(rows: Rows) -> int | None:
    kept = rows.settings.get(SEEN)
    return None if kept is None else int(kept)


def _begin(rows: Rows) -> int:
    """The mark; the first one stands behind all that is here."""
    mark = _mark(rows)
    if mark is None:
        mark = rows.sets.last_arrival()
        rows.settings.put(SEEN, mark)
    return mark


def _as_new(known: Delivered) -> Delivered:
    return Delivered(known.record, known.who, known.machine, known.time, is_new=True)


def _senders(rows: Rows, mark: int) -> tuple[Sender, ...]:
    """Who sent something of a fonds; what a hub keeps for all is no record."""
    weights = rows.sets.arrived_by_log(mark)
    known = fonds_codes(rows) if weights else {}
    sets: Counter[str] = Counter()
    operations: Counter[str] = Counter()
    for (log_no, scope_no), weight in weights.items():
        if scope_no in known:
            machine = machine_name(rows, rows.logs.id_of(log_no))
            sets[machine] += weight.sets
            operations[machine] += weight.operations
    found = [
        Sender(machine, sets[machine], amount) for machine, amount in operations.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.operations, each.machine)))


def _brought(rows: Rows, arrived: ArrivedRow, pack: Pack) -> list[Delivered]:
    """Items and volumes to which one set wrote, as they stand now."""
    row = rows.sets.get(arrived.log_no, arrived.seq, arrived.hash)
    codes = fonds_codes(rows)
    if row is None or row.scope_no not in codes:
        return []
    last: dict[DotNo, Operation] = {}
    created: set[DotNo] = set()
    for operation in read_operations(rows, row):
        dot = record_written(rows, row.log_no, operation)
        if dot is not None:
            last[dot] = operation
            if isinstance(operation, Create):
                created.add(dot)
    numbers = rows.records.numbers_of(row.scope_no, last)
    known = rows.records.rows(numbers.values())
    hidden = hidden_imports(rows)
    machine = machine_name(rows, rows.logs.id_of(row.log_no))
    found = []
    for dot, operation in last.items():
        held = known.get(numbers.get(dot, 0))
        if held is None or held.level < LEVEL_VOLUME or held.import_no in hidden:
            continue
        if is_visible(held.flags):
            found.append(
                Delivered(
                    record=record_of(rows, held, pack, codes[row.scope_no]),
                    who=operation.actor.name,
                    machine=machine,
                    time=operation.made_at,
                    is_new=dot in created,
                )
            )
    return found
