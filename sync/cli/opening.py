"""Opens the machine that a command works on, and closes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sync.cli.call import Call

if TYPE_CHECKING:
    from node.machine import Machine


@asynccontextmanager
async def opened(call: Call) -> AsyncIterator[Machine]:
    """The machine at the call's home, for as long as the command runs."""
    from node.home import Home  # noqa: PLC0415 (the doctor opens no machine)
    from node.machine import Machine  # noqa: PLC0415

    machine = await Machine.open(Home(call.home), progress=call.paper.progress)
    call.paper.end_progress()
    try:
        yield machine
    finally:
        await machine.close()
