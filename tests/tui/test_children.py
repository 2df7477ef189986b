"""Work in processes of their own: documents, errors, progress and stopping."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from node.catalogue.record import Record
from node.home import FileLock, Home
from node.machine import Machine
from node.search.query import Query
from protocol.operations import Actor
from tui.desk.children import Children
from tui.port.failures import ChildFailed

CLERK = Actor("乌兰")
A_DESK = """
import asyncio, sys
from pathlib import Path
from tui.desk.children import Children

children = Children(Path(sys.argv[1]), "乌兰", "zh")
told = lambda said: print("under way", flush=True)
asyncio.run(children.run("import", sys.argv[2], on_progress=told))
"""
HEADINGS = "档号,题名,责任者,日期\n"


async def make_room(home: Path) -> Children:
    machine = await Machine.init_room(Home(home), "室", {"0101": "保康镇"})
    await machine.close()
    return Children(home, CLERK.name, "zh")


def write_list(path: Path, amount: int) -> Path:
    rows = [
        f"0101-WS·2019-D30-{number:04d},关于第{number}号的通知,保康镇,20190101\n"
        for number in range(1, amount + 1)
    ]
    path.write_text(HEADINGS + "".join(rows), "utf-8")
    return path


async def records_of(home: Path) -> tuple[Record, ...]:
    machine = await Machine.open(Home(home))
    try:
        page = await machine.catalogue.search(CLERK, Query(("通知",)))
    finally:
        await machine.close()
    return page.results


async def test_a_child_gives_its_document_and_tells_how_far_it_is(
    tmp_path: Path,
) -> None:
    children = await make_room(tmp_path / "room")
    path = write_list(tmp_path / "目录.csv", 300)
    told: list[Mapping[str, object]] = []
    document = await children.run("import", str(path), on_progress=told.append)
    assert document["added"] == 300
    last = told[-1]
    assert last["done"] == last["total"] == 301


async def test_an_error_keeps_its_code_its_fields_and_its_sentence(
    tmp_path: Path,
) -> None:
    children = await make_room(tmp_path / "room")
    with pytest.raises(ChildFailed) as caught:
        await children.run("import", "undo", "7")
    assert caught.value.code == "unknown-import"
    assert caught.value.fields == {"wanted": "7"}
    assert "7" in caught.value.text
    assert caught.value.step


async def test_a_file_that_is_missing_is_told_by_its_name(tmp_path: Path) -> None:
    children = await make_room(tmp_path / "room")
    with pytest.raises(ChildFailed) as caught:
        await children.run("import", str(tmp_path / "没有.xlsx"))
    assert caught.value.code == "workbook-unreadable"
    assert caught.value.fields["reason"] == "missing"


async def test_a_command_line_that_cannot_be_read_fails_with_what_it_said(
    tmp_path: Path,
) -> None:
    children = Children(tmp_path, CLERK.name, "zh")
    with pytest.raises(ChildFailed) as caught:
        await children.run("import", "--no-such-option")
    assert caught.value.code == ChildFailed.UNTOLD
    assert caught.value.fields["told"]


async def test_a_child_that_is_stopped_leaves_nothing_half_done(tmp_path: Path) -> None:
    home = tmp_path / "room"
    children = await make_room(home)
    path = write_list(tmp_path / "目录.csv", 9000)
    is_under_way = asyncio.Event()

    def on_progress(said: Mapping[str, object]) -> None:
        is_under_way.set()

    work = asyncio.create_task(
        children.run("import", str(path), on_progress=on_progress)
    )
    await is_under_way.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert await records_of(home) == ()
    document = await children.run("import", "list")
    assert document["imports"] == []
    again = await children.run("import", str(path))
    assert again["added"] == 9000


@pytest.mark.journey
async def test_a_child_comes_to_its_end_when_the_desk_is_killed(tmp_path: Path) -> None:
    home = tmp_path / "room"
    children = await make_room(home)
    path = write_list(tmp_path / "目录.csv", 3000)
    desk = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", A_DESK, str(home), str(path)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert desk.stdout is not None
    assert await desk.stdout.readline() == b"under way\n"
    desk.kill()
    await desk.wait()
    lock = FileLock(Home(home).import_lock)
    assert await asyncio.to_thread(lock.acquire, 40)
    lock.release()
    document = await children.run("import", "list")
    imports = document["imports"]
    assert isinstance(imports, list)
    assert [each["added"] for each in imports] == [3000]


async def test_a_child_to_which_nobody_listens_any_more_is_ended(
    tmp_path: Path,
) -> None:
    children = await make_room(tmp_path / "room")
    path = write_list(tmp_path / "list.csv", 5000)

    def fail(_said: Mapping[str, object]) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await children.run("import", str(path), on_progress=fail)
    lock = FileLock(Home(tmp_path / "room").import_lock)
    assert lock.try_acquire()
    lock.release()
    assert await records_of(tmp_path / "room") == ()
