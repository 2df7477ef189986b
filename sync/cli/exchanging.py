"""Commands that reach the hub: sync over a network, courier through files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sync.cli.call import Call
from sync.cli.opening import opened
from sync.cli.printing import duration_text, time_text
from sync.cli.standing import count_undecided
from sync.cli.tables import size_text

if TYPE_CHECKING:
    from node.standing import Standing
    from sync.carriage import ExchangeReport
    from sync.headway import Headway


async def sync(call: Call) -> int:
    """One session with the hub: send what it has not, take what is new there."""
    from sync.carriage import exchange  # noqa: PLC0415 (aiohttp is slow to import)

    def progress(at: Headway) -> None:
        up, down = size_text(at.bytes_up), size_text(at.bytes_down)
        left = duration_text(at.seconds_left, call.words)
        call.paper.step("sync.progress", **at.facts(), up=up, down=down, left=left)

    async with opened(call) as machine:
        try:
            report = await exchange(machine, address=call.address, progress=progress)
        finally:
            call.paper.end_progress()
        await machine.catalogue.papers.refresh_briefly(call.actor)
        standing = await machine.standing(call.actor)
        undecided = await count_undecided(machine, standing, call.actor)
    if call.paper.is_json:
        call.paper.document(report_json(report))
        return 0
    call.paper.say("sync.done")
    call.paper.say(
        "sync.counts",
        sent=report.sent,
        received=report.received,
        up=size_text(report.bytes_up),
        down=size_text(report.bytes_down),
        requests=report.requests,
        seconds=f"{report.seconds:.1f}",
    )
    print_results(call, report.results)
    _print_standing(call, standing, undecided)
    return 0


def report_json(report: ExchangeReport) -> dict[str, object]:
    """The document of ``sync --json``."""
    return {
        "bytes_up": report.bytes_up,
        "bytes_down": report.bytes_down,
        "requests": report.requests,
        "sent": report.sent,
        "received": report.received,
        "results": dict(report.results),
        "seconds": round(report.seconds, 3),
    }


def print_results(call: Call, results: Mapping[str, int]) -> None:
    """One line for each verdict that was given."""
    for verdict, count in results.items():
        name = call.words.find(f"verdict.{verdict}") or verdict
        call.paper.say("sync.result", verdict=name, count=count)


async def courier_write(call: Call) -> int:
    """Write a bundle: a room's for the hub, a hub's for a room."""
    from sync.courier import write_bundle  # noqa: PLC0415

    path = Path(call.options.file)
    async with opened(call) as machine:
        report = await write_bundle(machine, path, receiver=call.options.receiver)
        is_hub = machine.is_hub
    size = path.stat().st_size
    if call.paper.is_json:
        call.paper.document({"file": str(path), "bytes": size, "sets": report.sets})
        return 0
    call.paper.say(
        "courier.written", path=str(path), size=size_text(size), sets=report.sets
    )
    call.paper.say("courier.for_room" if is_hub else "courier.for_hub")
    return 0


async def courier_read(call: Call) -> int:
    """Take in a bundle that somebody brought."""
    from sync.courier import read_bundle  # noqa: PLC0415

    path = Path(call.options.file)
    async with opened(call) as machine:
        report = await read_bundle(machine, path)
        await machine.catalogue.papers.refresh_briefly(call.actor)
        standing = await machine.standing(call.actor)
        undecided = await count_undecided(machine, standing, call.actor)
    if call.paper.is_json:
        document = {
            "file": str(path),
            "sets": report.sets,
            "results": dict(report.results),
        }
        call.paper.document(document)
        return 0
    call.paper.say("courier.read", path=str(path), sets=report.sets)
    print_results(call, report.results)
    _print_standing(call, standing, undecided)
    return 0


def _print_standing(call: Call, standing: Standing, undecided: int) -> None:
    """The newest receipt, and what people have to decide."""
    if standing.receipt_number:
        call.paper.say(
            "sync.receipt",
            number=standing.receipt_number,
            time=time_text(standing.receipt_time),
        )
    if undecided:
        call.paper.say("sync.conflicts", count=undecided)
