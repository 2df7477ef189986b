"""A clerk who saves and seals as fast as possible, and says what was acknowledged.

``python -m tests.support.clerk HOME SAVES`` prints ``saved N TITLE`` when a save has
returned and ``sealed SEQ HASH`` when sealing has; a test may end it at any instant.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.support.machines import TestMachine, creating, setting

SEAL_EVERY = 3


async def work(home: Path, saves: int) -> None:
    """Save, edit and seal; speak only after each has returned."""
    if (home / "archive.db").exists():
        machine = await TestMachine.open(home)
    else:
        machine = await TestMachine.make(home)
    print("open", flush=True)
    for number in range(saves):
        title = f"{number}号"
        record = await machine.create(title)
        print("saved", record.n, title, flush=True)
        _, annex = await machine.save(
            setting(record, f"{title}改"), creating(f"{title}附件", ("注",))
        )
        print("saved", annex.n, f"{title}附件", flush=True)
        if number % SEAL_EVERY == SEAL_EVERY - 1:
            await machine.seal()
            last = (await machine.sets())[-1]
            print("sealed", last.seq, last.hash.hex(), flush=True)
    await machine.close()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), int(sys.argv[2])))
