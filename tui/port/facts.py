"""What the first screen says: what waits, and how the carriage stands. Facts only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from node.catalogue.deciding.views import MyCounts
from node.catalogue.deliveries import Delivered, Delivery, Sender
from node.catalogue.listing import Totals
from node.standing import ClockTrust, Standing

__all__ = [
    "ClockTrust",
    "Delivered",
    "Delivery",
    "Facts",
    "FactsPort",
    "MyCounts",
    "Sender",
    "Standing",
    "Totals",
]


@dataclass(frozen=True, slots=True)
class Facts:
    """How things stand at one moment."""

    now: int
    """By the own clock."""
    drafts: int
    """Forms of this person that were begun and not saved."""
    totals: Totals
    undecided: int
    """At a hub: tickets that a person has to decide."""
    own: MyCounts
    """In a room: what became of its own values."""
    standing: Standing
    delivery: Delivery
    """What came from elsewhere since somebody looked."""
    next_window: int
    """When the room reports by itself next; 0: never."""
    is_practice: bool
    """It never reports."""
    restamps: int = 0
    """Papers that bear another code than their record; counted up to 100."""

    @property
    def to_file(self) -> int:
        """Items that are not filed."""
        return self.totals.drafts + self.totals.numbered


class FactsPort(Protocol):
    """What waits, and what has come."""

    async def all(self) -> Facts:
        """How things stand now."""

    async def version(self) -> int:
        """Another number whenever anything was saved here, by whichever process."""

    async def delivered(self) -> Sequence[Delivered]:
        """Records that came since somebody looked, the newest first."""

    async def seen(self, mark: int) -> None:
        """Somebody has looked at what came up to *mark*."""
