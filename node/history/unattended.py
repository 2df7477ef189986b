"""What a machine owes others and does of itself, around an exchange or within one."""

from __future__ import annotations

from collections.abc import Callable

from node.history.granting import has_asks, settle_numbers
from node.history.redactions import barred_sets, redact_barred_step
from node.store.port import Rows
from protocol.operations import Value


def is_owing(rows: Rows) -> bool:
    """Whether what the last answer brought asks for words of this machine."""
    return bool(barred_sets(rows)) or has_asks(rows)


def work_off(rows: Rows, made_at: int, is_secret: Callable[[int, Value], bool]) -> bool:
    """Do some of what is owed; whether there may be more."""
    return redact_barred_step(rows, made_at, is_secret) or settle_numbers(rows, made_at)
