"""What people do not see yet, and ids that may not leave yet."""

from __future__ import annotations

from collections.abc import Sequence

from node.history.sealing import sealable
from node.store.catalogue_port import ImportState
from node.store.port import Rows


def hidden_imports(rows: Rows) -> tuple[int, ...]:
    """Imports whose records are not shown yet."""
    live = rows.imports.in_state(ImportState.LIVE)
    return tuple(each.import_no for each in live)


def has_sealable(rows: Rows) -> bool:
    """Whether an operation in the journal could be sealed now."""
    return bool(rows.journal.between(*sealable(rows), 1))


def any_unsealed(rows: Rows, record_nos: Sequence[int]) -> bool:
    """Whether a record's create still lies in the journal."""
    own = rows.logs.own()
    if own is None or not rows.journal.amount()[0]:
        return False
    found = rows.records.rows(record_nos).values()
    return any(
        row.log_no == own.log_no and rows.journal.get(row.n) is not None
        for row in found
    )
