"""What is drawn is one line that a terminal can draw; what is stored is not touched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.real_data import real_data_folder
from tui.display import drawable, drawn_alike, letters, time_text

MOVERS = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u202a-\u202e\u2066-\u2069]")
PLACEHOLDER = re.compile(r"\[蒙文 (\d+)字\]")


def named(count: int) -> str:
    return f"[蒙文 {count}字]"


@given(st.text())
def test_nothing_that_moves_what_follows_is_drawn(text: str) -> None:
    shown = drawable(text, named)
    assert not re.search(
        "[\x00-\x1f\x7f-\x9f\u200b\u200e\u202a-\u202e\u2066-\u2069]", shown
    )
    alike = drawn_alike(text)
    assert len(alike) == len(text)
    assert cell_len(alike) == sum(cell_len(each) for each in alike)


def test_mongolian_stands_as_a_placeholder_with_its_length() -> None:
    assert drawable("ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ(蒙语)", named) == "[蒙文 10字](蒙语)"
    assert drawable("关于 ᠮᠣᠩᠭᠣᠯ 的通知", named) == "关于 [蒙文 6字] 的通知"
    assert letters("ᠬᠡᠯᠡ\u180eᠨᠢ") == 6


def test_plain_titles_are_drawn_as_they_are() -> None:
    title = "关于印发《“十四五”规划》的通知(科发〔2024〕5号)·①★"
    assert drawable(title, named) == title


def test_a_text_that_turns_the_line_around_does_not() -> None:
    assert "\u202e" not in drawable("a\u202eb", named)


@pytest.mark.realdata
@pytest.mark.skipif(real_data_folder() is None, reason="no sample texts here")
def test_real_mongolian_never_reaches_the_terminal() -> None:
    folder = real_data_folder()
    assert folder is not None
    for name in ("mn_Mong", "mnc_Mong", "sa_Mong"):
        for path in folder.glob(f"mongolian/{name}.textproto"):
            for line in path.read_text("utf-8").splitlines():
                shown = drawable(line, named)
                assert not re.search("[\u1800-\u18af]", shown)
                counted = sum(int(found) for found in PLACEHOLDER.findall(shown))
                runs = re.findall("[\u1800-\u18af]", line)
                assert counted <= len(runs)


def test_a_time_that_is_none_is_no_time() -> None:
    assert time_text(0) == ""
    assert time_text(10**15) == ""
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", time_text(1_700_000_000))
