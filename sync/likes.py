"""A hub looks for papers that may be one, beside its exchanges and after them.

It is never in a hurry: between two short steps it leaves the store to rooms for longer
than the step took.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from node.errors import NodeError
from node.machine import Machine
from protocol.operations import Actor, ActorKind

ONE_STEP: Final = 0.001
"""Seconds after which a refresh ends: with its first transaction."""
PAUSE_SECONDS: Final = 0.1
_log = logging.getLogger(__name__)


class LookingForLikes:
    """Works off what exchanges touched, as long as it runs."""

    def __init__(self, machine: Machine) -> None:
        self._papers = machine.catalogue.papers
        self._actor = Actor(machine.name, ActorKind.PROGRAM)
        self._has_work = asyncio.Event()
        self._has_work.set()

    def note(self) -> None:
        """An exchange came in; there may be something to look at."""
        self._has_work.set()

    async def run(self) -> None:
        """Look until cancelled, a step at a time."""
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            if await self._step():
                self._has_work.set()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _step(self) -> bool:
        """One short transaction; whether it had anything to do."""
        try:
            return await self._papers.refresh(self._actor, seconds=ONE_STEP) > 0
        except NodeError as error:
            _log.warning("papers not looked at: %s", error.code)
            return False
