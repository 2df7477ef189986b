"""The practice room, as screens ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui.port.desk import Desk


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise; its text stands in the words under ``practice.<slug>``."""

    slug: str
    level: int
    """1 first steps, 2 daily work, 3 the year's work."""
    is_done: bool


class PracticePort(Protocol):
    """Sample records in a room of their own that never reports."""

    async def open(self, name: str) -> Desk:
        """The practice room's desk; the room is made, called *name*, if missing."""

    async def exercises(self) -> list[Exercise]:
        """All exercises, easiest first, and which are done.

        What counts is what stands in the practice room, not which keys were pressed.
        """

    async def begin_anew(self, name: str) -> Desk:
        """Throw the practice room away and make another; its desk."""
