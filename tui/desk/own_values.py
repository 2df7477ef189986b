"""Own values of a room, for one person at its desk."""

from __future__ import annotations

from collections.abc import Sequence

from node.machine import Machine
from protocol.operations import Actor
from tui.port.own_values import MyCounts, MyValue, Question


class DeskOwnValues:
    """The own values port on an opened machine."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._decisions = machine.catalogue.decisions
        self._actor = actor

    async def counts(self) -> MyCounts:
        """How many wait, and how many questions."""
        return await self._decisions.my_counts(self._actor)

    async def values(self, offset: int, limit: int) -> Sequence[MyValue]:
        """Own values that wait or were decided on."""
        return await self._decisions.mine(self._actor, offset, limit)

    async def questions(self) -> Sequence[Question]:
        """Questions that wait for an answer."""
        return await self._decisions.questions(self._actor)

    async def seen(self) -> None:
        """What was decided so far has been looked at."""
        await self._decisions.seen_mine(self._actor)

    async def answer(self, ticket_id: str, text: str) -> None:
        """Answer a question of the hub; it goes there with the next exchange."""
        await self._decisions.answer(self._actor, ticket_id, text)

    async def object(self, decision_id: str, reason: str) -> None:
        """Object to a decision, once.

        Raises:
            ObjectedAlready, NotYourValue, UnknownDecision.
        """
        await self._decisions.object(self._actor, decision_id, reason)
