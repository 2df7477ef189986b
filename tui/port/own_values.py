"""我的值: what became of the values that this room wrote, as its desk asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from node.catalogue.deciding.views import MyCounts, MyStanding, MyValue, Question

__all__ = ["MyCounts", "MyStanding", "MyValue", "OwnValuesPort", "Question"]


class OwnValuesPort(Protocol):
    """Own values that contradict others', and the hub's questions about them."""

    async def counts(self) -> MyCounts:
        """How many wait, and how many questions."""

    async def values(self, offset: int, limit: int) -> Sequence[MyValue]:
        """Own values that wait or were decided on, the newest first."""

    async def questions(self) -> Sequence[Question]:
        """Questions that wait for an answer."""

    async def seen(self) -> None:
        """What was decided so far has been looked at."""

    async def answer(self, ticket_id: str, text: str) -> None:
        """Answer a question of the hub; it goes there with the next exchange."""

    async def object(self, decision_id: str, reason: str) -> None:
        """Object to a decision, once.

        Raises:
            ObjectedAlready, NotYourValue, UnknownDecision.
        """
