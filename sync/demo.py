"""The demo: a hub, two rooms and a bad road, for people who want to see it work.

Everything on the screen is done by processes of their own with stores of their own
(sync/demo_stage.py); the story only says which command comes next and why. With given
workbooks it tells the same story of them.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from node.catalogue.fields import CODE
from node.catalogue.pack import Field, load_pack
from node.clock import elapsed
from node.errors import NoCatalogueInWorkbook
from node.exchange.choices import Special
from node.exchange.recognise import Table, recognise
from node.exchange.workbook import read_workbook
from sync.cli.printing import Paper
from sync.cli.tables import size_text
from sync.demo_stage import DemoFailed, Stage, Station
from sync.floor import floor_bytes
from sync.samples import ENTRIES_A_ROOM, write_workbooks

EXIT_PASSING: Final = 4
EXIT_DEMO_FAILED: Final = 1
_CUT_SHARE: Final = 0.55
_ALL: Final = "1000000"


@dataclass(frozen=True, slots=True)
class Holding:
    """The workbook of one room and whose it is."""

    workbook: Path
    fonds: str
    title: str


@dataclass(slots=True)
class Cost:
    """What went over the road for one purpose, and the least it could have been."""

    key: str
    records: int
    road_bytes: int
    floor: int = 0


@dataclass(slots=True)
class _Story:
    """The demo under way."""

    stage: Stage
    folder: Path
    holdings: tuple[Holding, Holding]
    has_samples: bool
    say: Any
    costs: list[Cost] = field(default_factory=list)

    def station(self, key: str) -> Station:
        """The machine *key*: hub, a, b or a2."""
        return Station(
            self.say(f"demo.station.{key}"),
            self.folder / key,
            self.say(f"demo.person.{key}"),
        )


async def run_demo(paper: Paper, given: Sequence[Path], keep: Path | None) -> int:
    """Tell the story with the *given* two workbooks, or with samples; exit status."""
    started = elapsed()
    folder = keep or Path(tempfile.mkdtemp(prefix="dangyi-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(paper, is_silent=paper.is_json)
    try:
        books = tuple(given) or write_workbooks(folder)
        holdings = (read_holding(books[0]), read_holding(books[1]))
        story = _Story(stage, folder, holdings, not given, paper.words.say)
        await _tell(story)
    except DemoFailed as failed:
        paper.note(paper.words.say("demo.failed", command=failed.command))
        paper.note(failed.messages.rstrip())
        return EXIT_DEMO_FAILED
    finally:
        await stage.close_hub()
        if keep is None:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    if paper.is_json:
        paper.document(_document(story, elapsed() - started))
    else:
        stage.tell("demo.end", seconds=f"{elapsed() - started:.0f}")
        if keep is not None:
            stage.tell("demo.kept", path=str(keep))
    return 0


def read_holding(path: Path) -> Holding:
    """Whose catalogue *path* is: its fonds code and title.

    Raises:
        WorkbookUnreadable, NoCatalogueInWorkbook.
    """
    tables = recognise(read_workbook(path), load_pack())
    if not tables:
        raise NoCatalogueInWorkbook(path, ())
    codes = Counter(code for table in tables for code in _fonds_codes(table))
    fonds = codes.most_common(1)[0][0] if codes else path.stem[:4]
    title = next((table.fonds_title for table in tables if table.fonds_title), "")
    return Holding(path, fonds, title or path.stem)


def _fonds_codes(table: Table) -> list[str]:
    """The fonds code of every row that shows one."""
    found = []
    for column in table.columns:
        is_code = isinstance(column.meaning, Field) and column.meaning.number == CODE
        if not is_code and column.meaning is not Special.FONDS_CODE:
            continue
        for _, row in table.entries():
            code = row[column.index] if column.index < len(row) else ""
            if code.strip():
                found.append(code.strip().split("-")[0])
    return found


async def _tell(story: _Story) -> None:
    stage = story.stage
    stage.tell("demo.title")
    stage.tell("demo.processes")
    if story.has_samples:
        stage.tell("demo.samples", count=ENTRIES_A_ROOM)
    else:
        names = "、".join(holding.workbook.name for holding in story.holdings)
        stage.tell("demo.given", files=names)
    await _found(story)
    await _work_without_a_link(story)
    await _report_over_the_bad_road(story)
    await _report_second_room(story)
    await _find_at_the_hub(story)
    record_id = await _disagree(story)
    await _decide(story, record_id)
    await _prove(story)
    _count(story)


async def _found(story: _Story) -> None:
    """A hub and two rooms; each room joins with an invitation."""
    stage, hub = story.stage, story.station("hub")
    stage.scene(1, "demo.scene_found")
    await stage.run(hub, "init", "--hub", "--name", hub.label)
    await stage.open_hub(hub)
    first, second = story.holdings
    await asyncio.gather(
        _found_room(story, story.station("a"), first),
        _found_room(story, story.station("b"), second),
    )
    await stage.close_hub()
    stage.tell("demo.hub_closed")


async def _found_room(story: _Story, room: Station, holding: Holding) -> None:
    stage, hub = story.stage, story.station("hub")
    fonds = f"{holding.fonds}={holding.title}"
    stage.tell("demo.room", name=room.label, fonds=holding.fonds, title=holding.title)
    await stage.ask(room, "init", "--name", room.label, "--fonds", fonds)
    invited = await stage.ask(
        hub, "invite", "--name", room.label, "--fonds", fonds,
        "--address", stage.hub_address,
    )  # fmt: skip
    await stage.ask(room, "join", invited["invitation"])
    stage.tell("demo.joined", name=room.label)


async def _work_without_a_link(story: _Story) -> None:
    """Import, edits and a new record while the hub is stopped."""
    stage, room = story.stage, story.station("a")
    stage.scene(2, "demo.scene_offline")
    for key, holding in zip("ab", story.holdings, strict=True):
        station = story.station(key)
        await stage.run(
            station, "import", str(holding.workbook), "--fonds", holding.fonds
        )
    first = await _records(story, room, 3)
    note = story.say("demo.edit_note")
    await asyncio.gather(
        *(stage.ask(room, "set", record["id"], note) for record in first)
    )
    stage.tell("demo.edited", count=len(first))
    fields = story.say("demo.new_record", fonds=story.holdings[0].fonds).split("|")
    await stage.run(room, "add", *fields)
    await stage.run(room, "sync", must=(EXIT_PASSING,))
    await stage.run(room, "status")


async def _records(story: _Story, room: Station, count: int) -> list[dict[str, Any]]:
    page = await story.stage.ask(room, "search", "level=item", "--limit", str(count))
    return list(page["results"])


async def _values(story: _Story, room: Station) -> list[dict[str, object]]:
    """The values of every entry that *room* holds."""
    page = await story.stage.ask(room, "search", "level=item", "--limit", _ALL)
    return [record["fields"] for record in page["results"]]


async def _report_over_the_bad_road(story: _Story) -> None:
    """The first sync of room a: slow, far, and cut in the middle."""
    stage, room = story.stage, story.station("a")
    values = await _values(story, room)
    floor = floor_bytes(values)
    stage.scene(3, "demo.scene_bad_road")
    await stage.open_hub(story.station("hub"))
    cut_at = int(floor * _CUT_SHARE)
    async with stage.bad_road(cut_at) as road:
        stage.tell("demo.road_cut", bytes=f"{cut_at:,}")
        await stage.run(room, "sync", "--address", road.address, road=road)
        total = road.bytes_up + road.bytes_down
    stage.tell("demo.after_cut")
    await stage.run(room, "status")
    story.costs.append(Cost("demo.cost_cut", len(values), total, floor))


async def _report_second_room(story: _Story) -> None:
    """The first sync of room b over the same road, and what an idle one costs."""
    stage, room = story.stage, story.station("b")
    values = await _values(story, room)
    stage.scene(4, "demo.scene_second")
    async with stage.bad_road() as road:
        await stage.run(room, "sync", "--address", road.address)
        total = road.bytes_up + road.bytes_down
    story.costs.append(Cost("demo.cost_whole", len(values), total, floor_bytes(values)))
    async with stage.road() as road:
        await stage.ask(room, "sync", "--address", road.address)
        total = road.bytes_up + road.bytes_down
    story.costs.append(Cost("demo.cost_idle", 0, total))


async def _find_at_the_hub(story: _Story) -> None:
    """A record of room b, searched for and shown at the hub."""
    stage, hub = story.stage, story.station("hub")
    stage.scene(5, "demo.scene_find")
    wanted = (await _records(story, story.station("b"), 8))[-1]
    title = str(wanted["fields"]["title"])
    words = title[len(title) // 3 :][:6]
    stage.tell("demo.looking", words=words)
    await stage.run(
        hub, "search", words, f"fonds={story.holdings[1].fonds}", "--limit", "3"
    )
    await stage.run(hub, "show", wanted["id"])


async def _disagree(story: _Story) -> str:
    """A second machine of room a: both change one title before they hear of it.

    The id of the record that they change.
    """
    stage, room, second = story.stage, story.station("a"), story.station("a2")
    stage.scene(6, "demo.scene_disagree")
    await _found_room(story, second, story.holdings[0])
    await stage.ask(second, "sync")
    await stage.ask(room, "sync")
    record = (await _records(story, room, 1))[0]
    title = str(record["fields"]["title"])
    for station, key in ((room, "demo.title_a"), (second, "demo.title_a2")):
        changed = story.say(key, title=title)
        await stage.ask(station, "set", record["id"], f"title={changed}")
        stage.tell("demo.changed", name=station.label, title=changed)
    async with stage.road() as road:
        await stage.ask(room, "sync", "--address", road.address)
        total = road.bytes_up + road.bytes_down
    story.costs.append(Cost("demo.cost_edit", 1, total))
    await stage.run(second, "sync")
    await stage.ask(room, "sync")
    await stage.run(room, "conflicts")
    stage.tell("demo.both_kept")
    return str(record["id"])


async def _decide(story: _Story, record_id: str) -> None:
    """An operator of the hub decides, signed; the room hears of its value."""
    stage, hub, room = story.stage, story.station("hub"), story.station("a")
    stage.scene(7, "demo.scene_decide")
    operator = replace(hub, person=story.say("demo.person.operator"))
    passphrase = story.folder / "passphrase"
    passphrase.write_text(story.say("demo.passphrase"), "utf-8")
    file = ("--passphrase-file", str(passphrase))
    await stage.run(hub, "hub", "operator", "add", operator.person, *file)
    listed = await stage.ask(operator, "conflicts", "list")
    ticket = listed["conflicts"][0]
    await stage.run(operator, "conflicts", "show", ticket["id"])
    their_number = next(
        side["number"] for side in ticket["values"] if side["machine"] != room.label
    )
    reason = story.say("demo.reason")
    await stage.run(
        operator, "conflicts", "resolve", ticket["id"], "take", str(their_number),
        "--reason", reason, *file,
    )  # fmt: skip
    await stage.ask(room, "sync")
    await stage.run(room, "conflicts", "mine")
    stage.tell("demo.signed")
    await stage.run(room, "show", record_id)


async def _prove(story: _Story) -> None:
    """Signatures and chain, at the hub and in the room."""
    stage = story.stage
    stage.scene(8, "demo.scene_prove")
    for key in ("hub", "a"):
        await stage.run(story.station(key), "verify")


def _count(story: _Story) -> None:
    """What it cost, beside the floor."""
    stage, say = story.stage, story.say
    stage.scene(9, "demo.scene_cost")
    heads = ("demo.what", "demo.entries", "demo.on_road", "demo.floor", "demo.ratio")
    rows = [
        (
            say(cost.key),
            str(cost.records) if cost.records else "-",
            size_text(cost.road_bytes),
            size_text(cost.floor) if cost.floor else "-",
            f"{cost.road_bytes / cost.floor:.2f}" if cost.floor else "-",
        )
        for cost in story.costs
    ]
    stage.table(heads, rows)
    stage.tell("demo.floor_means")
    stage.tell("demo.counts_differ")


def _document(story: _Story, seconds: float) -> dict[str, object]:
    return {
        "seconds": round(seconds, 1),
        "costs": [
            {
                "what": cost.key.removeprefix("demo.cost_"),
                "records": cost.records,
                "bytes": cost.road_bytes,
                "floor": cost.floor or None,
            }
            for cost in story.costs
        ],
    }
