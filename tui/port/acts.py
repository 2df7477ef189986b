"""What this person did here, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from node.catalogue.act_recovery import Recovered, Undone
from node.catalogue.acts import Act

OnProgress = Callable[[int, int], None]
"""Told how many records are done, and of how many."""


class ActsPort(Protocol):
    """Own acts at this machine."""

    async def last(self) -> Sequence[Act]:
        """The newest twenty of this person, the newest first."""

    async def undo(self, act_no: int, on_progress: OnProgress) -> Undone:
        """Take an own act back.

        Raises:
            UnknownAct, CannotUndo, ActBusy, ImportBusy: it stands as it was.
        """

    async def recover(self) -> Sequence[Recovered]:
        """Finish what was cut off when the desk last ended, or drop it."""
