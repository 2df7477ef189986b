"""A clerk who does one act on many records and says when it has returned.

``python -m tests.support.filing_clerk HOME file|change|undo`` prints ``open``, and
``done`` at the end; a test may end it at any instant.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from node.catalogue.listing import Where
from node.catalogue.numbering import FilingKey
from node.home import Home
from node.machine import Machine
from protocol.operations import Actor

CLERK = Actor("其其格")
KEY = FilingKey("0073", 2020, "D30", "")
LOCATION = "603库房"


async def enter(machine: Machine, amount: int) -> None:
    """Items of one class, ready to be filed."""
    for number in range(amount):
        values = {
            "title": f"关于第{number}件事的通知",
            "date": f"2020{number % 12 + 1:02d}{number % 28 + 1:02d}",
            "creators": "库伦旗人民政府",
            "pages": "2",
            "year": "2020",
            "retention_code": "D30",
        }
        await machine.catalogue.add(CLERK, "0073", values, at_desk=True)


async def work(home: Path, act: str) -> None:
    """Do the act; speak only after it has returned."""
    machine = await Machine.open(Home(home))
    catalogue = machine.catalogue
    print("open", flush=True)
    match act:
        case "file":
            arranged = await catalogue.filing.arrangement(CLERK, KEY)
            await catalogue.filing.file(CLERK, arranged)
        case "change":
            listing = await catalogue.shelves.listing(CLERK, Where(fonds="0073"))
            await catalogue.acts.change_many(CLERK, listing, "location", LOCATION)
        case _:
            last = (await catalogue.acts.last(CLERK))[0]
            await catalogue.acts.undo(CLERK, last.act_no)
    print("done", flush=True)
    await machine.close()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2]))
