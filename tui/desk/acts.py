"""What this person did at a machine, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence

from node.catalogue.act_recovery import Recovered, Undone
from node.catalogue.acts import Act
from node.machine import Machine
from protocol.operations import Actor
from tui.port.acts import OnProgress


class DeskActs:
    """The Acts port on an opened machine."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._acts = machine.catalogue.acts
        self._actor = actor

    async def last(self) -> Sequence[Act]:
        """The newest of this person, the newest first."""
        return await self._acts.last(self._actor)

    async def undo(self, act_no: int, on_progress: OnProgress) -> Undone:
        """Take an own act back."""
        return await self._acts.undo(self._actor, act_no, progress=on_progress)

    async def recover(self) -> Sequence[Recovered]:
        """Finish what was cut off, or drop it."""
        return await self._acts.recover()
