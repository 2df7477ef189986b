"""What a machine can truly say of itself: saved, sent, receipted, open.

Every figure is read from the store at the moment of asking. A receipt is the hub's
signed word, kept by node/history when a checkpoint is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from node.catalogue.fields import LEVEL_ITEM
from node.catalogue.reading import Fonds, all_fonds
from node.history.departures import receipted, sent_seq
from node.history.greeting import clocks_of, hub_time_of
from node.ledger import Exchange, exchanges
from node.store.port import Rows
from node.store.row_types import LogRow, SetState
from protocol.header import decode_header
from protocol.identity import printed_log
from protocol.operation_codec import decode_operation

NAME: Final = "machine.name"
ROLE: Final = "machine.role"
HUB_ADDRESS: Final = "hub.address"
ROLE_HUB: Final = 2

CLOCK_LEEWAY_SECONDS: Final = 120
"""Two clocks that differ by no more agree."""
_LAST_N: Final = 2**62


class ClockTrust(StrEnum):
    """What is known of this machine's clock."""

    UNKNOWN = "unknown"
    """No hub has said its time yet, or this is the hub."""
    AGREES = "agrees"
    """It agreed with the hub's at the last exchange."""
    DIFFERS = "differs"
    """It did not; by how much is known."""
    BEHIND = "behind"
    """It stands before a time that the hub has signed: not to be trusted."""


class ClockStanding(NamedTuple):
    """How far this machine's clock is to be trusted."""

    trust: ClockTrust
    ahead_seconds: int
    """How far it was before the hub's when they last spoke; below 0: behind it."""
    hub_time: int
    """Newest time that the hub has signed; 0 before the first."""


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
    pending_since: int
    """When the oldest of that was saved, by the own clock; 0 where there is none."""
    sent_sets: int
    """Of those, change-sets handed to the network that no receipt names yet."""
    receipt_number: int
    receipt_time: int
    """Hub time, Unix seconds; 0 without a receipt."""
    places: tuple[PlaceOf, ...]
    open_fields: int
    quarantined: int
    clock: ClockStanding
    last_exchange: Exchange | None
    """The newest line of the ledger."""
    log: str
    """The six printed characters of this machine's log."""
    log_seq: int
    log_hash: str

    @property
    def is_joined(self) -> bool:
        """Whether this machine belongs to a hub."""
        return bool(self.hub_address)


def standing(rows: Rows, now: int) -> Standing:
    """The facts as they stand in this transaction, at *now* of the own clock."""
    own = rows.logs.own()
    fonds = tuple(all_fonds(rows))
    is_hub = rows.settings.get(ROLE) == ROLE_HUB
    pending = _Pending()
    quarantined = 0
    for log in _own_logs(rows):
        if not is_hub:
            is_newest = own is not None and log.log_no == own.log_no
            pending.add_log(rows, log, is_newest=is_newest)
            quarantined += rows.sets.amount(log.log_no, SetState.QUARANTINED)[0]
    pending.add_journal(rows)
    receipt = receipted(rows)
    last = rows.sets.last(own.log_no) if own else None
    lines = exchanges(rows, 1)
    return Standing(
        name=str(rows.settings.get(NAME) or ""),
        is_hub=is_hub,
        hub_address=str(rows.settings.get(HUB_ADDRESS) or ""),
        fonds=fonds,
        records=sum(
            rows.classes.levels(row.scope_no).get(LEVEL_ITEM, 0)
            for row in rows.scopes.all()
        ),
        pending_operations=pending.operations,
        pending_bytes=pending.size_bytes,
        pending_since=pending.since,
        sent_sets=pending.sent_sets,
        receipt_number=receipt.receipt,
        receipt_time=receipt.hub_time if receipt.receipt else 0,
        places=_places(rows, fonds),
        open_fields=rows.tickets.count(),
        quarantined=quarantined,
        clock=clock_standing(rows, now, is_hub=is_hub),
        last_exchange=lines[0] if lines else None,
        log=printed_log(own.log) if own else "",
        log_seq=last.seq if last else 0,
        log_hash=last.hash.hex() if last else "",
    )


def clock_standing(rows: Rows, now: int, *, is_hub: bool) -> ClockStanding:
    """How far the clock that says *now* is to be trusted."""
    hub_time = hub_time_of(rows)
    if is_hub or not hub_time:
        return ClockStanding(ClockTrust.UNKNOWN, 0, 0)
    clocks = clocks_of(rows)
    ahead = 0 if clocks is None else clocks[1] - clocks[0]
    if now < hub_time - CLOCK_LEEWAY_SECONDS:
        trust = ClockTrust.BEHIND
    elif clocks is None:
        trust = ClockTrust.UNKNOWN
    elif abs(ahead) > CLOCK_LEEWAY_SECONDS:
        trust = ClockTrust.DIFFERS
    else:
        trust = ClockTrust.AGREES
    return ClockStanding(trust, ahead, hub_time)


def _own_logs(rows: Rows) -> list[LogRow]:
    """Every incarnation of this machine."""
    return [row for row in rows.logs.all() if row.is_own]


class _Pending:
    """What the hub has not receipted, weighed log by log."""

    def __init__(self) -> None:
        self.operations = 0
        self.size_bytes = 0
        self.sent_sets = 0
        self.since = 0

    def add_log(self, rows: Rows, log: LogRow, *, is_newest: bool) -> None:
        """Sealed sets of one own log."""
        above = receipted(rows).seq if is_newest else 0
        sealed = rows.sets.unreceipted(log.log_no, SetState.SEALED, above)
        self.operations += sealed.operations
        self.size_bytes += sealed.size_bytes
        handed = max(above, sent_seq(rows, log.log))
        rest = rows.sets.unreceipted(log.log_no, SetState.SEALED, handed)
        self.sent_sets += sealed.sets - rest.sets
        for row in rows.sets.at(log.log_no, sealed.first_seq) if sealed.sets else ():
            self._note(decode_header(row.header).time_base)

    def add_journal(self, rows: Rows) -> None:
        """What is not sealed yet."""
        operations, size_bytes = rows.journal.amount()
        self.operations += operations
        self.size_bytes += size_bytes
        for row in rows.journal.between(0, _LAST_N, 1):
            self._note(decode_operation(row.op).made_at)

    def _note(self, time: int) -> None:
        self.since = min(self.since or time, time)


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
