"""What waits at a machine, and what has come; read off the loop, a noun at a time."""

from __future__ import annotations

from collections.abc import Sequence

from node.catalogue.deliveries import Delivered
from node.machine import Machine
from protocol.operations import Actor
from sync.window import window_of
from tui.port.facts import Facts, MyCounts


class MachineFacts:
    """The facts port on an opened machine."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._machine = machine
        self._actor = actor

    async def all(self) -> Facts:
        """How things stand now."""
        machine, actor = self._machine, self._actor
        catalogue = machine.catalogue
        standing = await machine.standing(actor)
        undecided, own = 0, MyCounts(0, 0, 0)
        if machine.is_hub:
            undecided = (await catalogue.decisions.counts(actor)).total
        else:
            own = await catalogue.decisions.my_counts(actor)
        is_practice = await machine.is_practice()
        window = await machine.store.read(window_of)
        now = machine.clock.now()
        reports = window is not None and standing.is_joined and not is_practice
        return Facts(
            now=now,
            drafts=len(await catalogue.drafts.waiting(actor)),
            totals=await catalogue.shelves.totals(actor),
            undecided=undecided,
            own=own,
            standing=standing,
            delivery=await catalogue.deliveries.unseen(actor),
            next_window=window.next_after(now) if window and reports else 0,
            is_practice=is_practice,
            restamps=await catalogue.restamping.count(actor),
        )

    async def version(self) -> int:
        """Another number whenever anything was saved here, by whichever process."""
        return await self._machine.store.version()

    async def delivered(self) -> Sequence[Delivered]:
        """Records that came since somebody looked, the newest first."""
        return await self._machine.catalogue.deliveries.records(self._actor)

    async def seen(self, mark: int) -> None:
        """Somebody has looked at what came up to *mark*."""
        await self._machine.catalogue.deliveries.seen(self._actor, mark)
