"""An operator who decides all tickets that are alike, and says when it has returned.

``python -m tests.support.bulk_operator HOME decide|undo`` prints ``open``, and ``done``
at the end; a test may end it at any instant.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from node.catalogue.deciding.bulk import Alike, Pattern, Pick
from node.home import Home
from node.machine import Machine
from protocol.operations import Actor

HUB = Actor("裁定员")
LONGER = Alike(pattern=Pattern.PUNCTUATION, pick=Pick.LONGER)


async def work(home: Path, act: str) -> None:
    """Decide, or take the first bulk back; speak only after it has returned."""
    machine = await Machine.open(Home(home))
    decisions = machine.catalogue.decisions
    print("open", flush=True)
    if act == "decide":
        preview = await decisions.alike(HUB, LONGER)
        await decisions.decide_alike(HUB, None, preview)
    else:
        await decisions.undo_bulk(HUB, None, 1)
    print("done", flush=True)
    await machine.close()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2]))
