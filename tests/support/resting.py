"""When a program under a pilot has come to rest, told in milliseconds.

Textual takes a program to rest in which hardly anything was reckoned for 20 ms, and
waits for that several times at each key. Here 4 ms are enough, because what is being
asked of a store is counted: a program that waits for its store is not at rest, however
still it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic, process_time
from typing import TypeVar

import textual.app
import textual.pilot

from node.store.connection import Link

T = TypeVar("T")

LOOK_SECONDS = 0.004
IDLE_SECONDS = LOOK_SECONDS / 20
_asked = [0]
"""How much the stores of this process are asked at this moment."""


async def come_to_rest(min_sleep: float = LOOK_SECONDS, max_sleep: float = 1) -> None:
    """Wait until the program does nothing and its stores are asked nothing."""
    begun = monotonic()
    while True:
        before = process_time()
        await asyncio.sleep(LOOK_SECONDS)
        spent, waited = process_time() - before, monotonic() - begun
        if waited >= max_sleep:
            return
        if waited > min_sleep and spent < IDLE_SECONDS and not _asked[0]:
            return


def look_closely() -> None:
    """Pilots of this process wait as this module says."""
    run = Link.run

    async def counted(self: Link, work: Callable[[], T]) -> T:
        _asked[0] += 1
        try:
            return await run(self, work)
        finally:
            _asked[0] -= 1

    Link.run = counted  # type: ignore[method-assign]
    for module in (textual.app, textual.pilot):
        vars(module)["wait_for_idle"] = come_to_rest
