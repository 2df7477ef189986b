"""Change-sets that are set aside: why, whose, and the records that they touch.

At a room these are its own sets that the hub took and did not admit; at a hub those of
all rooms. Nothing behind them waits for them, but for a set that waits for others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from node.catalogue.fields import CODE, TITLE
from node.catalogue.histories import machine_name, writes_of
from node.catalogue.pack import Pack
from node.catalogue.premises import Premises
from node.catalogue.reading import fonds_codes, record_of
from node.catalogue.record import title_of
from node.catalogue.saving import check_actor
from node.catalogue.values import shown_value
from node.catalogue.whereabouts import Word, whereabouts_of
from node.history.effects import DotNo
from node.history.logbook import read_operations
from node.history.logbook import record_of as record_written
from node.store.port import Rows
from node.store.row_types import SetRow, SetState
from protocol.header import decode_header
from protocol.identity import Dot, printed_id, printed_log
from protocol.operations import Actor, Operation

_STATES: Final = (SetState.QUARANTINED, SetState.BARRED, SetState.WAITING)
_MOST_RECORDS: Final = 200
"""A set holds no more operations, so no more records."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A record that a set writes to."""

    id: str
    """Printed id; sealed, because its set is."""
    code: str
    title: str
    is_here: bool
    """It can be opened on this machine."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """One set that was taken and not admitted."""

    log: str
    """Printed log."""
    machine: str
    seq: int
    hash: str
    word: Word
    """quarantined · barred · waiting."""
    reason: str
    """A slug."""
    receipt: int
    sealed_at: int
    """Claimed time of its first operation."""
    fonds: str
    """Code; empty where the fonds is not known here."""
    operations: int
    people: tuple[str, ...]
    records: tuple[Touched, ...]


class Aside:
    """What is set aside on one machine."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def sets(self, actor: Actor, limit: int = 100) -> list[SetAside]:
        """The sets, quarantined ones first; at most *limit* of each kind."""
        check_actor(actor)
        read, pack = self._premises.store.read, self._premises.pack
        found = []
        for state in _STATES:
            rows_found = await read(
                lambda rows, state=state: rows.sets.in_state(None, state, limit)  # type: ignore[misc]
            )
            for row in rows_found:
                found.append(
                    await read(lambda rows, row=row: _told(rows, row, pack))  # type: ignore[misc]
                )
        return found


def _told(rows: Rows, row: SetRow, pack: Pack) -> SetAside:
    log = rows.logs.row(row.log_no)
    operations = read_operations(rows, row)
    stands = whereabouts_of(rows, row)
    return SetAside(
        log=printed_log(log.log),
        machine=machine_name(rows, log.log),
        seq=row.seq,
        hash=row.hash.hex(),
        word=stands.word,
        reason=row.reason,
        receipt=row.receipt,
        sealed_at=decode_header(row.header).time_base,
        fonds=fonds_codes(rows).get(row.scope_no, ""),
        operations=row.op_count,
        people=tuple(dict.fromkeys(each.actor.name for each in operations)),
        records=_touched(rows, row, operations, pack),
    )


def _touched(
    rows: Rows, row: SetRow, operations: tuple[Operation, ...], pack: Pack
) -> tuple[Touched, ...]:
    """The records, as they are shown here, or as the set itself says."""
    written: dict[DotNo, dict[int, str]] = {}
    for operation in operations:
        dot = record_written(rows, row.log_no, operation)
        if dot is not None:
            told = written.setdefault(dot, {})
            told.update(
                (number, shown_value(value))
                for number, value in writes_of(operation)
                if number in (CODE, TITLE) and value is not None
            )
    numbers = rows.records.numbers_of(row.scope_no, written)
    known = rows.records.rows(numbers.values())
    found = []
    for dot, told in list(written.items())[:_MOST_RECORDS]:
        held = known.get(numbers.get(dot, 0))
        code, title = told.get(CODE, ""), told.get(TITLE, "")
        if held is not None:
            record = record_of(rows, held, pack, "")
            code, title = record.code or code, title_of(record) or title
        record_id = printed_id(Dot(rows.logs.id_of(dot[0]), dot[1]))
        found.append(Touched(record_id, code, title, held is not None))
    return tuple(found)
