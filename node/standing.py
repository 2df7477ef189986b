"""What a machine can truly say of itself: saved, sent, receipted, open.

Every figure is read from the store at the moment of asking. A receipt is the hub's
signed word, kept by node/history when a checkpoint is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from node.catalogue.fields import LEVEL_ITEM
from node.catalogue.reading import Fonds, all_fonds
from node.history.departures import receipted
from node.store.port import Rows
from node.store.row_types import LogRow, SetRow, SetState
from protocol.identity import printed_log

SENT: Final = "hub.sent"
"""Setting: [own log, highest seq handed to the network]."""
NAME: Final = "machine.name"
ROLE: Final = "machine.role"
HUB_ADDRESS: Final = "hub.address"
ROLE_HUB: Final = 2

_MANY_SETS: Final = 100_000


class PlaceOf(NamedTuple):
    """Up to where this machine has a scope's order."""

    scope: str
    """Code of the fonds; the scope's id where it has none."""
    is_fonds: bool
    epoch: int
    place: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Facts about one machine."""

    name: str
    is_hub: bool
    hub_address: str
    fonds: tuple[Fonds, ...]
    records: int
    """件 that are not withdrawn."""
    pending_operations: int
    """Saved here, not receipted by the hub."""
    pending_bytes: int
    sent_sets: int
    """Of those, change-sets handed to the network that no receipt names yet."""
    receipt_number: int
    receipt_time: int
    """Hub time, Unix seconds; 0 without a receipt."""
    places: tuple[PlaceOf, ...]
    open_fields: int
    quarantined: int
    log: str
    """The six printed characters of this machine's log."""
    log_seq: int
    log_hash: str

    @property
    def is_joined(self) -> bool:
        """Whether this machine belongs to a hub."""
        return bool(self.hub_address)


def standing(rows: Rows) -> Standing:
    """The facts as they stand in this transaction."""
    own = rows.logs.own()
    fonds = tuple(all_fonds(rows))
    is_hub = rows.settings.get(ROLE) == ROLE_HUB
    operations, size_bytes = rows.journal.amount()
    sent = quarantined = 0
    if not is_hub:
        for log in _own_logs(rows):
            sealed = rows.sets.in_state(log.log_no, SetState.SEALED, _MANY_SETS)
            unreceipted = [row for row in sealed if not _is_receipted(row, rows, own)]
            operations += sum(row.op_count for row in unreceipted)
            size_bytes += sum(len(row.body or b"") for row in unreceipted)
            sent += sum(1 for row in unreceipted if row.seq <= _sent_seq(rows, log))
            quarantined += rows.sets.amount(log.log_no, SetState.QUARANTINED)[0]
    receipt = receipted(rows)
    last = rows.sets.last(own.log_no) if own else None
    return Standing(
        name=str(rows.settings.get(NAME) or ""),
        is_hub=is_hub,
        hub_address=str(rows.settings.get(HUB_ADDRESS) or ""),
        fonds=fonds,
        records=sum(
            rows.classes.levels(row.scope_no).get(LEVEL_ITEM, 0)
            for row in rows.scopes.all()
        ),
        pending_operations=operations,
        pending_bytes=size_bytes,
        sent_sets=sent,
        receipt_number=receipt.receipt,
        receipt_time=receipt.hub_time if receipt.receipt else 0,
        places=_places(rows, fonds),
        open_fields=rows.tickets.count(),
        quarantined=quarantined,
        log=printed_log(own.log) if own else "",
        log_seq=last.seq if last else 0,
        log_hash=last.hash.hex() if last else "",
    )


def _own_logs(rows: Rows) -> list[LogRow]:
    """Every incarnation of this machine."""
    return [row for row in rows.logs.all() if row.is_own]


def _is_receipted(row: SetRow, rows: Rows, own: LogRow | None) -> bool:
    """Whether a receipt covers the set: its own, or a later one of the same log."""
    if row.receipt:
        return True
    is_newest_log = own is not None and row.log_no == own.log_no
    return is_newest_log and row.seq <= receipted(rows).seq


def _sent_seq(rows: Rows, log: LogRow) -> int:
    kept = rows.settings.get(SENT)
    return int(kept[1]) if kept and kept[0] == log.log else 0


def _places(rows: Rows, fonds: tuple[Fonds, ...]) -> tuple[PlaceOf, ...]:
    codes = {entry.scope_no: entry.code for entry in fonds}
    found = []
    for row in rows.scopes.all():
        head = rows.orders.head(row.scope_no)
        if head is not None and head.place:
            code = codes.get(row.scope_no)
            name = code or row.scope.fonds.hex()
            found.append(PlaceOf(name, code is not None, head.epoch, head.place))
    return tuple(found)
