"""Columns, headings and sheets as people name them on the command line."""

from __future__ import annotations

import pytest

from node.exchange.choices import SheetChoice
from sync.cli.columns import read_choices
from sync.cli.parser import UsageError, parse
from sync.words.catalogue import Words

WORDS = Words.load("zh")


def choices(*arguments: str) -> dict[str, SheetChoice]:
    return dict(read_choices(parse(["import", "目录.xlsx", *arguments], WORDS)))


def test_a_column_is_named_by_its_letters_or_its_number() -> None:
    found = choices("--columns", "目录:C=题名", "--columns", "目录:27=日期")
    assert found == {"目录": SheetChoice({2: "题名", 26: "日期"})}


def test_a_sheet_may_be_called_anything() -> None:
    found = choices(
        "--columns", "a=b:2019:A=", "--headings", "x:3", "--leave-out", "统计"
    )
    assert found == {
        "a=b:2019": SheetChoice({0: ""}),
        "x": SheetChoice(heading_row=2),
        "统计": SheetChoice(is_left_out=True),
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("--columns", "目录C=题名"),
        ("--columns", "目录:C"),
        ("--columns", "目录:第三栏=题名"),
        ("--headings", "目录"),
        ("--headings", "目录:0"),
    ],
)
def test_what_cannot_be_read_is_refused(arguments: tuple[str, str]) -> None:
    with pytest.raises(UsageError):
        choices(*arguments)
