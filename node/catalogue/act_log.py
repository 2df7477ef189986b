"""Acts written down: who did what, and which own operations did it.

An act is entered in the transaction that does it. The newest of each person are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from node.history.journal import own_log_no
from node.store.desk_port import ActRow, ActState, StepRow, StepState
from node.store.port import Rows
from protocol.operations import Operation

KEPT_ACTS: Final = 60
"""Acts of one person that are kept; a few more than can be taken back."""
_FORGOTTEN_STEPS: Final = 200
"""Steps of an old act that one save clears away."""


class ActKind(StrEnum):
    """What an act was."""

    ADD = "add"
    SET = "set"
    CORRECTION = "correction"
    """A change of a filed item."""
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    CHANGE = "change"
    """One field of many records."""
    FILING = "filing"
    CLOSING = "closing"
    """A sequence was sealed."""
    STAMPING = "stamping"
    """Codes were stamped anew on their papers."""
    IMPORT = "import"
    DECISIONS = "decisions"
    """Many tickets decided alike (node/catalogue/deciding/bulk.py)."""


def note_save(
    rows: Rows,
    actor: str,
    kind: ActKind,
    made_at: int,
    title: str,
    record_no: int,
    operations: Sequence[Operation],
) -> int:
    """Enter a save of one record as done; the act's number."""
    act_no = rows.acts.add(
        ActRow(0, actor, kind, made_at, title, 0, int(ActState.DONE), 1, b"")
    )
    step = StepRow(
        act_no,
        0,
        record_no,
        own_log_no(rows),
        operations[0].n,
        operations[-1].n,
        int(StepState.DONE),
        b"",
    )
    rows.acts.add_steps([step])
    forget_oldest(rows, actor)
    return act_no


def note_import(
    rows: Rows, actor: str, made_at: int, file_name: str, import_no: int, amount: int
) -> int:
    """Enter an import that came to its end; the act's number."""
    act_no = rows.acts.add(
        ActRow(
            0,
            actor,
            ActKind.IMPORT,
            made_at,
            file_name,
            import_no,
            int(ActState.DONE),
            amount,
            b"",
        )
    )
    forget_oldest(rows, actor)
    return act_no


def forget_oldest(rows: Rows, actor: str) -> None:
    """Clear away some of what a person did long ago, a little with each save."""
    oldest = rows.acts.oldest_above(actor, KEPT_ACTS)
    if not oldest:
        return
    row = rows.acts.get(oldest)
    if row is None or row.state not in {ActState.DONE, ActState.UNDONE}:
        return
    if rows.acts.forget_steps(oldest, _FORGOTTEN_STEPS) < _FORGOTTEN_STEPS:
        rows.acts.remove(oldest)
