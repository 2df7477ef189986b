"""One record as a whole, at a machine."""

from __future__ import annotations

from node.catalogue.details import Detail
from node.catalogue.record import Record
from node.machine import Machine
from protocol.operations import Actor


class DeskRecords:
    """The Records port on an opened machine."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._catalogue = machine.catalogue
        self._actor = actor

    async def detail(self, record_id: str) -> Detail:
        """Everything about it."""
        return await self._catalogue.details.of(self._actor, record_id)

    async def sealed_id(self, record_id: str) -> str:
        """Its printed id, once it may leave the machine."""
        return (await self._catalogue.show(self._actor, record_id)).record.id

    async def withdraw(self, record_id: str, reason: str) -> Record:
        """It should not exist; it stays, marked, and can be restored."""
        return await self._catalogue.withdraw(
            self._actor, record_id, reason, at_desk=True
        )

    async def restore(self, record_id: str, reason: str) -> Record:
        """It should exist after all."""
        return await self._catalogue.restore(
            self._actor, record_id, reason, at_desk=True
        )
