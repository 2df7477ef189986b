"""Characters of open width: asked for, chosen, measured and drawn accordingly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

from tests.support.desks import keys, settled, shown, typed
from tests.support.sample_screen import ledger_of, sample
from tests.support.snapshots import same_as_kept
from tui.width import ASKED, Drawn, Width, adopt, drawn, question, read_answer, rule

OPEN = "·“”‘’…—★①℃×→○●Ⅲ№─│é"
FIXED = {"档": 2, "a": 1, " ": 1, "〔": 2, "ᠮ": 1, "\u0301": 0, "Ａ": 2, "👨": 2}


@pytest.fixture
def wide() -> Iterator[None]:
    adopt(Drawn(is_wide=True, has_plain_rules=True))
    yield
    adopt(Drawn())


def answer(*columns: int, row: int = 2) -> bytes:
    return b"".join(b"\x1b[%d;%dR" % (row, column) for column in columns)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ((2, 2), Drawn()),
        ((3, 3), Drawn(is_wide=True, has_plain_rules=True)),
        ((3, 2), Drawn(is_wide=True)),
        ((2, 3), Drawn(has_plain_rules=True)),
        ((1, 9), Drawn(has_plain_rules=True)),
    ],
)
def test_the_answer_of_a_terminal_is_read(
    columns: tuple[int, int], found: Drawn
) -> None:
    assert read_answer(answer(*columns)) == (found, b"")


def test_what_was_typed_meanwhile_is_kept_in_its_order() -> None:
    received = b"1\r" + answer(2) + "防".encode() + b"\x1b[1;2R" + answer(2) + b"2"
    assert read_answer(received) == (Drawn(), b"1\r" + "防".encode() + b"\x1b[1;2R2")


def test_an_answer_that_is_not_whole_is_none() -> None:
    assert read_answer(answer(2) + b"x") == (None, b"x")
    assert read_answer(b"") == (None, b"")


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(received: bytes) -> None:
    _, rest = read_answer(received)
    assert len(rest) <= len(received)


def test_the_question_asks_for_both_kinds_away_from_the_first_row() -> None:
    asked = question().decode()
    assert all(each in asked for each in ASKED)
    assert asked.count("\x1b[6n") == len(ASKED)
    assert "\x1b[1;" not in asked


def test_a_choice_goes_before_the_answer_and_narrow_before_nothing() -> None:
    says_wide = Drawn(is_wide=True, has_plain_rules=True)
    assert Drawn.chosen(Width.AUTO, says_wide) == says_wide
    assert Drawn.chosen(Width.NARROW, says_wide) == Drawn()
    assert Drawn.chosen(Width.WIDE, None) == says_wide
    assert Drawn.chosen(Width.AUTO, None) == Drawn()


def test_open_characters_take_one_column_unless_told() -> None:
    assert {each: cell_len(each) for each in OPEN} == dict.fromkeys(OPEN, 1)
    assert {each: cell_len(each) for each in FIXED} == FIXED


@pytest.mark.usefixtures("wide")
def test_open_characters_take_two_columns_when_told() -> None:
    assert {each: cell_len(each) for each in OPEN} == dict.fromkeys(OPEN, 2)
    assert {each: cell_len(each) for each in FIXED} == FIXED
    assert cell_len("“档·案”") == 10
    assert cell_len(set_cell_size("“档·案”", 5)) == 5
    assert Segment("“a”").cell_length == 5
    assert rule(7) == "-------"


def test_what_was_changed_is_changed_back() -> None:
    adopt(Drawn(is_wide=True))
    adopt(Drawn())
    assert drawn() == Drawn()
    assert cell_len(OPEN) == len(OPEN)
    assert rule(3) == "───"


async def picture() -> list[str]:
    """A form with text and a ledger with its end in sight."""
    async with sample() as pilot:
        await typed(pilot, "关于印发“十四五”规划·总目录…的通知")
        ledger_of(pilot).focus()
        await keys(pilot, "end", "up")
        await settled(pilot)
        return shown(pilot)


async def test_the_screen_at_width_one() -> None:
    assert same_as_kept("sample-narrow", await picture())


@pytest.mark.usefixtures("wide")
async def test_the_screen_at_width_two() -> None:
    lines = await picture()
    assert all(cell_len(line) <= 80 for line in lines)
    assert not any("─" in line for line in lines)
    assert same_as_kept("sample-wide", lines)
