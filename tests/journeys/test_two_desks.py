"""Two desks on one room: who saves second is told who and what, and nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.seats import (
    ROOM,
    SAVED,
    WORDS,
    joined_room,
    new_room,
    open_change,
    seated,
)
from tests.journeys.stations import Station

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

BEFORE = "关于防汛工作的通知"
FIRST = "关于防汛工作的通知(乌兰改)"
SECOND = "关于防汛工作的通知(张敏改)"


@pytest.fixture
def room(tmp_path: Path) -> Station:
    return new_room(tmp_path)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [("1", SECOND), ("2", FIRST)],
    ids=["mine", "his"],
)
def test_the_second_is_told_and_chooses(room: Station, answer: str, kept: str) -> None:
    record = room.ask("add", f"题名={BEFORE}", "年度=2020", "页数=3")["id"]
    other = Station(room.home, "张敏")
    with seated(room) as first, seated(other) as second:
        open_change(first, BEFORE)
        open_change(second, BEFORE)
        second.type("(张敏改)")
        second.until(SECOND)
        first.type("(乌兰改)")
        first.press("f2")
        first.until(SAVED)
        second.until(f"乌兰 在 {ROOM} 改了题名:{FIRST}")
        assert SECOND in second.text
        second.press("f2")
        second.until(f"乌兰 在 {ROOM} 也改了题名")
        second.press("3", "enter")
        second.until(f"他的:{FIRST}")
        assert f"我的:{SECOND}" in second.text
        second.press(answer, "enter")
        second.until(WORDS.say("search.title"))
        first.press("esc")
    shown = room.ask("show", record)
    assert shown["fields"]["title"] == kept
    assert shown["fields"]["pages"] == 3
    assert written(shown) >= ({FIRST, SECOND} if answer == "1" else {FIRST})
    assert room.ask("status")["conflicts"] == 0


def test_both_values_stay_where_nobody_decides(tmp_path: Path) -> None:
    """A ticket is what the hub has received; the record tells of both at once."""
    with joined_room(tmp_path) as (hub, room):
        record = room.ask("add", f"题名={BEFORE}", "年度=2020")["id"]
        other = Station(room.home, "张敏")
        with seated(room) as first, seated(other) as second:
            open_change(first, BEFORE)
            open_change(second, BEFORE)
            second.type("(张敏改)")
            first.type("(乌兰改)")
            first.press("f2")
            first.until(SAVED)
            second.press("f2")
            second.until(f"乌兰 在 {ROOM} 也改了题名")
            second.press("3", "enter")
            second.until(f"他的:{FIRST}")
            second.press("3", "enter")
            second.until(WORDS.say("search.title"))
            second.press("enter")
            second.until("有分歧待裁 1 处")
            second.until(f"1 {FIRST}")
            assert f"2 {SECOND}" in second.text
            first.press("esc")
            room.run("sync")
            first.until("待裁 1")
        for station in (room, hub):
            (ticket,) = station.ask("conflicts")["conflicts"]
            assert ticket["record"] == record
            values = {(side["value"], side["who"]) for side in ticket["values"]}
            assert values == {(FIRST, "乌兰"), (SECOND, "张敏")}


def test_other_fields_of_one_record_do_not_meet(room: Station) -> None:
    record = room.ask("add", f"题名={BEFORE}", "年度=2020")["id"]
    other = Station(room.home, "张敏")
    with seated(room) as first, seated(other) as second:
        open_change(first, BEFORE)
        open_change(second, BEFORE)
        first.type("(乌兰改)")
        second.press("down")
        second.type("科尔沁区人民政府")
        first.press("f2")
        first.until(SAVED)
        second.press("f2")
        second.until(SAVED)
    shown = room.ask("show", record)["fields"]
    assert shown["title"] == FIRST
    assert shown["creators"] == ["科尔沁区人民政府"]
    assert room.ask("status")["conflicts"] == 0


def written(shown: Any) -> set[str]:
    """Every value that the title ever had."""
    return {
        str(change.get("value"))
        for change in shown["history"]
        if change.get("field") == "title"
    }
