"""Settings hold at once, for one person, and survive a spoilt file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.desks import at_desk, keys, room_desk, shown
from tui.app import DeskApp
from tui.desk.settings_file import FILE_NAME, SettingsFile
from tui.port.settings import Look, Settings, Spacing
from tui.themes import THEMES, theme_for
from tui.width import Drawn, Width, adopt

CHOSEN = Settings(Look.CONTRAST, Width.WIDE, Spacing.LARGE, "en")


@pytest.fixture(autouse=True)
def narrow_again() -> Iterator[None]:
    yield
    adopt(Drawn())


def test_what_a_person_chose_is_there_again(tmp_path: Path) -> None:
    SettingsFile(tmp_path).keep("乌兰 \"'\n", CHOSEN)
    SettingsFile(tmp_path).keep_person("乌兰")
    SettingsFile(tmp_path).keep("其其格", Settings())
    kept = SettingsFile(tmp_path)
    assert kept.of("乌兰 \"'\n") == CHOSEN
    assert kept.of("其其格") == Settings()
    assert kept.of("谁") == Settings()
    assert kept.last_person == "乌兰"


@given(content=st.binary(max_size=200))
def test_a_spoilt_file_is_as_if_nothing_had_been_chosen(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("home")
    (folder / FILE_NAME).write_bytes(content)
    assert SettingsFile(folder).of("乌兰") == Settings()
    SettingsFile(folder).keep("乌兰", CHOSEN)
    assert SettingsFile(folder).of("乌兰") == CHOSEN


@pytest.mark.parametrize(
    "text",
    [
        '{"people": []}',
        '{"people": {"乌兰": 3}}',
        '{"people": {"乌兰": {"look": "pink", "language": "fr", "width": 2}}}',
        "[" * 100_000,
        "[]",
    ],
)
def test_a_file_that_says_other_things_is_read_as_far_as_it_goes(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / FILE_NAME).write_text(text, "utf-8")
    assert SettingsFile(tmp_path).of("乌兰") == Settings()


@pytest.mark.parametrize("look", Look)
@pytest.mark.parametrize("colours", ["standard", "256", "truecolor", None])
def test_every_look_has_a_theme_for_every_terminal(
    look: Look, colours: str | None
) -> None:
    name = theme_for(look, colours)
    theme = next(each for each in THEMES if each.name == name)
    assert theme.ansi is (colours == "standard")


async def test_each_setting_is_chosen_by_digits_and_holds_at_once(
    tmp_path: Path,
) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk) as pilot:
        app = pilot.app
        assert isinstance(app, DeskApp)
        app.keeper = SettingsFile(tmp_path)
        await keys(pilot, "9", "enter")
        for setting in ("1", "2", "3"):
            await keys(pilot, setting, "enter", "2" if setting != "3" else "3", "enter")
        lines = "\n".join(shown(pilot))
        assert "高对比" in lines
        assert "大行距" in lines
        assert "占两格" in lines
        assert app.theme.startswith("contrast")
        assert app.has_class("-large")
        await keys(pilot, "4", "enter", "2", "enter")
        assert "Language" in "\n".join(shown(pilot))
        assert SettingsFile(tmp_path).of("乌兰") == CHOSEN


async def test_settings_that_cannot_be_kept_say_so(tmp_path: Path) -> None:
    async with room_desk(tmp_path / "room") as desk, at_desk(desk) as pilot:
        app = pilot.app
        assert isinstance(app, DeskApp)
        app.keeper = SettingsFile(tmp_path / "nowhere")
        await keys(pilot, "9", "enter", "1", "enter", "2", "enter")
        assert "找不到文件或文件夹" in "\n".join(shown(pilot))
        assert app.theme.startswith("contrast")


async def test_the_foot_names_what_enter_does(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk, first="settings") as pilot:
        await keys(pilot)
        assert "1 改(回车)" in "\n".join(shown(pilot))
        await keys(pilot, "down")
        assert "2 改(回车)" in "\n".join(shown(pilot))
