"""A first sync over a road that breaks: 64 kbit/s, 300 ms each way, a cut every 20 s.

The same list is sent twice, as two fonds of two rooms: once over a whole link, once
over the bad one. What the second took more is what the cuts cost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from bench.corpus import one_fonds, write_list
from bench.figures import Figure
from bench.stations import CommandFailed, Station, joined_room, serving
from sync.link import Link

ENTRIES = 20_000
RATE_BITS = 64_000
DELAY_SECONDS = 0.3
CUT_EVERY_SECONDS = 20.0
MOST_ATTEMPTS = 400


async def bench_bad_link(folder: Path, sized: Callable[[int], int]) -> list[Figure]:
    """The cost of cuts."""
    hub = Station(folder / "hub")
    await hub.run("init", "--hub", "--name", "中心")
    count = sized(ENTRIES)
    async with serving(hub) as door:
        rooms = []
        for fonds in ("0001", "0002"):
            lists = folder / f"{fonds}.csv"
            write_list(lists, one_fonds(count, fonds))
            titles = {fonds: f"档案室{fonds}"}
            room = await joined_room(folder / fonds, hub, door, titles, fonds)
            await room.run("import", str(lists), "--fonds", fonds)
            rooms.append(room)
        async with Link("127.0.0.1", door.port) as link:
            whole = await rooms[0].run("sync", "--address", link.address)
            whole_bytes = link.bytes_up + link.bytes_down
        async with Link(
            "127.0.0.1",
            door.port,
            rate_bits=RATE_BITS,
            delay_seconds=DELAY_SECONDS,
            cut_every_seconds=CUT_EVERY_SECONDS,
        ) as link:
            began = time.perf_counter()
            results, calls = await sync_to_the_end(rooms[1], link.address)
            seconds = time.perf_counter() - began
            await asyncio.sleep(2 * DELAY_SECONDS)
            carried = link.bytes_up + link.bytes_down
            cuts = link.cuts_made
            lost = link.up.in_bytes + link.down.in_bytes - carried
    again = results.get("duplicate", 0)
    sets = int(whole.document["sent"])
    return [
        Figure(
            "sent twice over a link with cuts",
            100 * again / max(1, sets),
            "%",
            at_most=3,
            counted=f"change-sets that the hub had already ({again} of {sets});"
            f" {cuts} cuts, {calls} calls of `dangyi sync`; {lost:,} bytes were under"
            " way when the link was cut",
        ),
        Figure(
            "bytes over a link with cuts ÷ whole link",
            carried / whole_bytes,
            "×",
            counted=f"{carried:,} and {whole_bytes:,} bytes at the link both ways, HTTP"
            " heads, lost frames and a new stream after each cut included",
        ),
        Figure(
            "time over a link with cuts",
            seconds,
            "s",
            counted=f"{count:,} entries at {RATE_BITS:,} bit/s, {DELAY_SECONDS} s each"
            f" way, every connection reset every {CUT_EVERY_SECONDS:.0f} s; the line"
            f" alone needs {8 * whole_bytes / RATE_BITS:.0f} s",
        ),
    ]


async def sync_to_the_end(room: Station, address: str) -> tuple[dict[str, int], int]:
    """Call ``dangyi sync`` until it succeeds; verdicts of all calls, and how many."""
    results: dict[str, int] = {}
    messages = ""
    for call in range(1, MOST_ATTEMPTS + 1):
        ended = await room.attempt("sync", "--address", address)
        if ended.output.strip():
            for verdict, count in ended.document.get("results", {}).items():
                results[verdict] = results.get(verdict, 0) + int(count)
        if ended.status == 0:
            return results, call
        messages = ended.messages
    raise CommandFailed(f"no end after {MOST_ATTEMPTS} calls\n{messages}")
