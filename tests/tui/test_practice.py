"""The practice room: exercises are judged by what stands in it, and it stays here."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.home import Home
from node.machine import Machine
from protocol.operations import Actor
from sync.errors import PracticeRoom
from sync.joining import join
from tests.support.desks import CLERK, at_desk, keys, room_desk, settled, shown
from tui.desk.practice import Practice
from tui.screens.desk_screen import DeskScreen

TITLE = "关于做好2024年防汛抗旱工作的通知"


async def test_an_exercise_is_done_when_its_record_stands_in_the_practice_room(
    tmp_path: Path,
) -> None:
    practice = Practice(tmp_path, CLERK)
    desk = await practice.open("练习库")
    assert not any(each.is_done for each in await practice.exercises())
    machine = desk._machine
    await machine.catalogue.add(
        CLERK,
        None,
        {"title": TITLE, "doc_no": "巴政发〔2024〕15号", "pages": "6"},
    )
    done = {each.slug for each in await practice.exercises() if each.is_done}
    assert done == {"entry"}
    await desk.close()


async def test_a_practice_room_joins_no_hub(tmp_path: Path) -> None:
    practice = Practice(tmp_path, CLERK)
    desk = await practice.open("练习库")
    with pytest.raises(PracticeRoom):
        await join(desk._machine, "dangyi:anything")
    await desk.close()


async def test_beginning_anew_leaves_the_room_itself_alone(tmp_path: Path) -> None:
    async with room_desk(tmp_path / "room") as desk:
        await desk._machine.catalogue.add(CLERK, None, {"title": "真的一件"})
        practice = desk.practice
        first = await practice.open("练习库")
        await first._machine.catalogue.add(CLERK, None, {"title": "练习的一件"})
        second = await practice.begin_anew("练习库")
        counts = await second._machine.catalogue.counts(CLERK)
        assert counts.items == 61
        assert (await desk._machine.catalogue.counts(CLERK)).items == 1
        await second.close()


async def test_leaving_the_practice_room_leads_back_to_the_room(tmp_path: Path) -> None:
    async with room_desk(tmp_path / "room") as desk:
        async with at_desk(desk, first="practice") as pilot:
            await settled(pilot)
            assert "练习库" in shown(pilot)[0]
            assert pilot.app.is_practising  # type: ignore[attr-defined]
            await keys(pilot, "0", "enter")
            assert not pilot.app.is_practising  # type: ignore[attr-defined]
        machine = await Machine.open(Home(Practice(tmp_path / "room", CLERK).folder))
        assert await machine.is_practice()
        await machine.close()


async def test_f1_shows_the_exercise_that_is_being_done(tmp_path: Path) -> None:
    async with (
        room_desk(tmp_path / "room") as desk,
        at_desk(desk, first="practice") as pilot,
    ):
        await keys(pilot, "1", "enter")
        assert "按 F1" in "\n".join(shown(pilot))
        await keys(pilot, "1", "enter")
        await keys(pilot, "f1")
        text = "\n".join(shown(pilot))
        assert "练习:著录一件" in text
        assert "20240520" in text


async def test_settings_are_not_changed_in_the_practice_room(tmp_path: Path) -> None:
    """They close all pages, and nothing would lead out of the practice room."""
    async with room_desk(tmp_path / "room") as desk, at_desk(desk) as pilot:
        await pilot.app.open("practice")  # type: ignore[attr-defined]
        await settled(pilot)
        await keys(pilot, "1", "enter", "9", "enter")
        assert "练习库里不改设置" in "\n".join(shown(pilot))
        await keys(pilot, "escape", "0", "enter")
        assert pilot.app.desk is desk  # type: ignore[attr-defined]


async def test_a_practice_room_that_cannot_be_opened_is_told_and_begun_anew(
    tmp_path: Path,
) -> None:
    async with room_desk(tmp_path / "room") as desk:
        folder = Practice(tmp_path / "room", CLERK).folder
        folder.mkdir(parents=True)
        (folder / "archive.db").write_bytes(b"x" * 5000)
        async with at_desk(desk, first="practice") as pilot:
            await settled(pilot)
            assert "[home-exists]" in "\n".join(shown(pilot))
            await keys(pilot, "1", "enter")
            assert not pilot.app.is_practising  # type: ignore[attr-defined]
            await keys(pilot, "3", "enter")
            assert "练习库重新做好了" in "\n".join(shown(pilot))
            assert pilot.app.is_practising  # type: ignore[attr-defined]


async def test_keys_typed_while_the_practice_room_opens_wait_for_it(
    tmp_path: Path,
) -> None:
    """Otherwise a page of the own room would turn into one of the practice room."""
    room = room_desk(tmp_path / "room")
    async with room as desk, at_desk(desk, first="practice") as pilot:
        await pilot.press("1", "enter")
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, DeskScreen)
        is_home = screen.TITLE_KEY == "home.title"
        assert is_home == (screen.desk is not desk)


async def test_a_page_below_the_practice_room_stays_with_the_own_room(
    tmp_path: Path,
) -> None:
    room = room_desk(tmp_path / "room")
    async with room as desk, at_desk(desk, first="entry") as pilot:
        below = pilot.app.screen
        assert isinstance(below, DeskScreen)
        await pilot.app.open("practice")  # type: ignore[attr-defined]
        await settled(pilot)
        assert pilot.app.desk is not desk  # type: ignore[attr-defined]
        assert below.desk is desk


async def test_people_do_not_practise_in_each_others_rooms(tmp_path: Path) -> None:
    mine, hers = Practice(tmp_path, CLERK), Practice(tmp_path, Actor("王秀英"))
    my_desk, her_desk = await mine.open("练习库"), await hers.open("练习库")
    await my_desk.close()
    fresh = await mine.begin_anew("练习库")
    await her_desk._machine.catalogue.add(Actor("王秀英"), None, {"title": "她的一件"})
    assert (await her_desk._machine.catalogue.counts(CLERK)).items == 62
    assert (await fresh._machine.catalogue.counts(CLERK)).items == 61
    await fresh.close()
    await her_desk.close()
