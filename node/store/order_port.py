"""The part of the store's port that exchanges need: one noun, one Protocol."""

from __future__ import annotations

from typing import Protocol

from node.store.row_types import (
    BoxKeyRow,
    ExchangeRow,
    HeadRow,
    InvitationRow,
    OrderRow,
    PeerRow,
    SizedEntry,
    TrustRow,
    VerdictRow,
)


class OrderRows(Protocol):
    """Orders of scopes and their heads."""

    def head(self, scope_no: int) -> HeadRow | None:
        """Where the scope's order ends here."""

    def put_head(self, row: HeadRow) -> None:
        """The order ends there now."""

    def append(self, row: OrderRow) -> None:
        """Enter one place."""

    def entry(self, scope_no: int, epoch: int, place: int) -> OrderRow | None:
        """What stands at a place."""

    def of_set(self, log_no: int, seq: int, set_hash: bytes) -> OrderRow | None:
        """Where the set stands, in whichever scope."""

    def range(
        self, scope_no: int, epoch: int, after_place: int, last_place: int
    ) -> list[OrderRow]:
        """Entries behind *after_place* up to *last_place*, in order."""

    def sized(
        self, scope_no: int, epoch: int, after_place: int, limit: int
    ) -> list[SizedEntry]:
        """Entries behind *after_place* with the bytes of their sets, in order."""

    def remove_above(self, scope_no: int, epoch: int, place: int) -> list[OrderRow]:
        """Forget the places behind (epoch, place), and say which they were."""

    def move(self, log_no: int, seq: int, set_hash: bytes, to_log_no: int) -> None:
        """The set belongs to another log (a fork's branch) now."""


class VerdictRows(Protocol):
    """What the hub made of change-sets."""

    def add(self, row: VerdictRow) -> None:
        """Keep a verdict; one with the same number is replaced."""

    def last_number(self, log_no: int) -> int:
        """Number of the newest verdict on the log's sets; 0 where there is none."""

    def above(self, log_no: int, number: int, limit: int) -> list[VerdictRow]:
        """Verdicts newer than *number* but APPLIED ones, oldest first."""

    def latest(self, log_no: int, seq: int) -> VerdictRow | None:
        """The newest verdict on a place of the log."""

    def remove(self, log_no: int) -> None:
        """Forget the log's verdicts."""


class TrustRows(Protocol):
    """Trust entries."""

    def put(self, row: TrustRow) -> None:
        """Keep an entry in place of the log's former one."""

    def get(self, log: bytes) -> TrustRow | None:
        """The log's entry."""

    def above(self, serial: int) -> list[TrustRow]:
        """Entries of a higher serial, sorted by log."""

    def clear(self) -> None:
        """Forget every entry."""


class PeerRows(Protocol):
    """The newest hello of each machine."""

    def get(self, log_no: int) -> PeerRow | None:
        """What was last heard of the log's machine."""

    def put(self, row: PeerRow) -> None:
        """A newer hello was heard."""

    def all(self) -> list[PeerRow]:
        """Every machine that was heard of, by log number."""


class InvitationRows(Protocol):
    """Invitations given out."""

    def add(self, row: InvitationRow) -> None:
        """Keep a new invitation."""

    def get(self, invitation: bytes) -> InvitationRow | None:
        """The invitation."""

    def use(self, invitation: bytes, log: bytes) -> None:
        """The machine with *log* came with it."""


class BoxKeyRows(Protocol):
    """Box key statements."""

    def put(self, row: BoxKeyRow) -> None:
        """Keep a statement."""

    def newest(self, owner: bytes, purpose: int) -> BoxKeyRow | None:
        """The owner's statement of the highest serial."""

    def all(self, owner: bytes) -> list[BoxKeyRow]:
        """Every statement of the owner, by purpose and serial."""

    def remove(self, owner: bytes, purpose: int, serial: int) -> None:
        """Forget a statement whose private part is erased."""


class ExchangeRows(Protocol):
    """The ledger of exchanges."""

    def begin(self, carrier: str, peer: bytes | None, begun_at: int) -> int:
        """Open a line of the ledger; its number."""

    def put(self, row: ExchangeRow) -> None:
        """Write the line as it stands now."""

    def get(self, exchange_no: int) -> ExchangeRow | None:
        """One line."""

    def newest(self, limit: int, before: int | None = None) -> list[ExchangeRow]:
        """The last lines, or the last with a number below *before*, newest first."""
