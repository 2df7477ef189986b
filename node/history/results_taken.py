"""Verdicts that reach a room: what became of its own change-sets at the hub."""

from __future__ import annotations

from typing import Protocol

from node.store.port import Rows
from node.store.row_types import SetRow, SetState, VerdictRow
from protocol.messages import Result, Results, Verdict

KNOWN = "verdicts.known"
"""[log, number]: up to which verdict the hub's word on our sets is known."""

_STATES = {
    Verdict.WAITING: SetState.WAITING,
    Verdict.QUARANTINED: SetState.QUARANTINED,
    Verdict.BARRED: SetState.QUARANTINED,
}
"""What a verdict makes of a set that no order names."""
_UNSETTLED = frozenset({SetState.SEALED, SetState.WAITING, SetState.QUARANTINED})


class Reading(Protocol):
    """What is known of the answer that brings the verdicts."""

    @property
    def log(self) -> bytes:
        """The log that they are about."""

    @property
    def is_live(self) -> bool:
        """The answer is to a hello of this session."""

    @property
    def is_same_log(self) -> bool:
        """They are about our sets, not a clone's."""


def known_verdicts(rows: Rows, log: bytes) -> int:
    """Number of the last verdict known of the log."""
    known = rows.settings.get(KNOWN)
    return int(known[1]) if known is not None and known[0] == log else 0


def take_results(rows: Rows, reading: Reading, results: Results) -> None:
    """Keep the verdicts; sets that the hub set aside say so from now on."""
    log_no = rows.logs.number_of(reading.log)
    if log_no is None:
        return
    known = known_verdicts(rows, reading.log)
    if not reading.is_live and results.up_to <= known:
        return
    if reading.is_same_log:
        for run in results.runs:
            for seq in range(run.first_seq, run.first_seq + run.count):
                _take(rows, log_no, seq, run)
    rows.settings.put(KNOWN, [reading.log, results.up_to])


def _take(rows: Rows, log_no: int, seq: int, run: Result) -> None:
    if run.verdict == Verdict.DUPLICATE:
        return
    found = rows.sets.at(log_no, seq)
    if len(found) != 1:
        return
    row = found[0]
    number = rows.verdicts.last_number(log_no) + 1
    rows.verdicts.add(
        VerdictRow(log_no, number, seq, row.hash, run.verdict, run.reason)
    )
    state = _STATES.get(Verdict(run.verdict)) if run.verdict <= 8 else None
    if state is not None and row.state in _UNSETTLED:
        reason = _reason(row, run)
        rows.sets.set_state(log_no, seq, row.hash, state, reason)


def _reason(_row: SetRow, run: Result) -> str:
    return "barred" if run.verdict == Verdict.BARRED else run.reason
