"""各室情况: how the rooms of a hub are, as its desk asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from node.catalogue.rooms import RoomHealth, RoomState

__all__ = ["RoomHealth", "RoomState", "RoomsHealth", "RoomsPort"]


@dataclass(frozen=True, slots=True)
class RoomsHealth:
    """All rooms at one moment."""

    now: int
    """By the own clock."""
    rooms: Sequence[RoomHealth]


class RoomsPort(Protocol):
    """The rooms that exchange with this hub."""

    async def all(self) -> RoomsHealth:
        """How each of them is: what needs somebody first."""
