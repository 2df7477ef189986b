"""What a machine owes others and itself, done around an exchange or within one."""

from __future__ import annotations

from collections.abc import Callable

from node.history.granting import has_asks, is_owed, settle_numbers
from node.history.redactions import barred_sets, redact_barred_step
from node.history.retelling import is_retelling, retell_step
from node.store.port import Rows
from protocol.operations import Value


def is_owing(rows: Rows) -> bool:
    """Whether what the last answer brought asks for work of this room."""
    return bool(barred_sets(rows)) or has_asks(rows) or is_retelling(rows)


def work_off(rows: Rows, made_at: int, is_secret: Callable[[int, Value], bool]) -> bool:
    """Do some of what this room owes; whether there may be more."""
    return redact_barred_step(rows, made_at, is_secret) or hub_work(rows, made_at)


def hub_is_owing(rows: Rows) -> bool:
    """Whether what came in asks for work of this hub."""
    return is_owed(rows) or is_retelling(rows)


def hub_work(rows: Rows, made_at: int) -> bool:
    """Do some of what a hub owes; whether there may be more."""
    return settle_numbers(rows, made_at) or retell_step(rows)
