"""The port's noun of change-sets, beside node/store/port.py."""

from __future__ import annotations

from typing import Protocol

from node.store.row_types import ArrivedRow, SetRow, SetsWeight


class SetRows(Protocol):
    """Stored change-sets. One (log, seq) may have several, of different hash."""

    def add(self, row: SetRow) -> None:
        """Store a set that is not there yet."""

    def get(self, log_no: int, seq: int, set_hash: bytes) -> SetRow | None:
        """The set with that hash."""

    def at(self, log_no: int, seq: int) -> list[SetRow]:
        """All sets of that place in the log."""

    def states_at(self, log_no: int, seq: int) -> tuple[int, ...]:
        """The states of all sets of that place in the log."""

    def last(self, log_no: int) -> SetRow | None:
        """The set of the highest seq."""

    def range(self, log_no: int, first_seq: int, last_seq: int) -> list[SetRow]:
        """Sets of the log, in order of seq."""

    def in_state(self, log_no: int | None, state: int, limit: int) -> list[SetRow]:
        """Sets in *state* (not ADMITTED), by log and seq; of one log or of all."""

    def set_state(
        self, log_no: int, seq: int, set_hash: bytes, state: int, reason: str = ""
    ) -> None:
        """Where the set stands now."""

    def set_receipt(self, log_no: int, seq: int, set_hash: bytes, receipt: int) -> None:
        """The hub's receipt number of the set."""

    def set_receipts(self, log_no: int, up_to_seq: int, receipt: int) -> None:
        """The hub's receipt covers the log up to *up_to_seq*; older ones stay."""

    def drop_body(self, log_no: int, seq: int, set_hash: bytes) -> None:
        """The set's body leaves; header, hash and signature stay."""

    def holding(self, scope_no: int, log_no: int, n: int) -> list[SetRow]:
        """Sets of the scope that may hold operation *n* of the log, likeliest first."""

    def after(self, log_no: int, seq: int, set_hash: bytes, limit: int) -> list[SetRow]:
        """Sets behind (log_no, seq, hash), over all logs, for walking through."""

    def count(self) -> int:
        """How many sets are stored."""

    def amount(self, log_no: int, state: int) -> tuple[int, int]:
        """How many sets of the log are in *state*, and their bytes."""

    def behind(self, log_no: int, seq: int) -> SetsWeight:
        """The log's sets behind *seq*, of whatever state."""

    def unreceipted(self, log_no: int, state: int, above_seq: int) -> SetsWeight:
        """The log's unreceipted sets in *state* (not ADMITTED) above *above_seq*."""

    def unnamed_weight(self, but_log_no: int, but_reason: str) -> SetsWeight:
        """What ``unnamed`` would give from the beginning, weighed."""

    def last_arrival(self) -> int:
        """Number of the set that was stored here last; 0 before the first."""

    def arrived(self, after_row: int, limit: int) -> list[ArrivedRow]:
        """Admitted sets of other machines' logs, stored here behind *after_row*."""

    def arrived_by_log(self, after_row: int) -> dict[tuple[int, int], SetsWeight]:
        """The same, weighed by log and scope."""

    def linked(self, log_no: int) -> SetRow | None:
        """The set of the highest seq that is neither WAITING nor HELD."""

    def unnamed(
        self,
        but_log_no: int,
        but_reason: str,
        after: tuple[int, int, bytes],
        limit: int,
    ) -> list[SetRow]:
        """Sets SEALED or HELD of other logs, of other reasons, behind *after*."""

    def forget_reason(self, reason: str) -> None:
        """Sets that no order names lose this reason."""

    def remove(self, row: SetRow) -> None:
        """The set stands in this log no more; another log has it."""

    def move(self, row: SetRow, to_log_no: int, to_scope_no: int) -> None:
        """The set, in no order yet, belongs to another log (a branch) or scope."""
