"""A value that a rule does not accept, said as data.

The parsers of the catalogue return it in place of a value; the door makes errors of
it, an import makes a line of its workbook of refused rows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is not a value of its field."""

    reason: str
    """A slug, e.g. ``date-impossible``."""
    found: str
    """What stood there."""
    offer: str = ""
    """What the rule would accept in its place; empty where it cannot tell."""
