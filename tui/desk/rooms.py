"""The rooms of a hub, for one person at its desk."""

from __future__ import annotations

from node.catalogue.rooms import Rooms
from node.machine import Machine
from protocol.operations import Actor
from tui.port.rooms import RoomsHealth


class DeskRooms:
    """The rooms port on an opened machine."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._rooms = Rooms(machine.catalogue.premises)
        self._actor = actor

    async def all(self) -> RoomsHealth:
        """How each of them is."""
        now, found = await self._rooms.all(self._actor)
        return RoomsHealth(now, found)
