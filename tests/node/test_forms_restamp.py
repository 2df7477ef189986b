"""改号通知单: which papers are stamped anew, on paper to sign."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.errors import FormNotWritten
from node.forms.apart import print_slip_apart
from node.forms.slip import RestampLine, RestampSlip, SlipOrder
from node.forms.writing import write_slip
from sync.words.catalogue import Words
from tests.support.printed import read_printed

MADE = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def slip(amount: int) -> RestampSlip:
    lines = tuple(
        RestampLine(
            f"0073-WS·2020-D30-BGS-{number:04d}",
            f"0073-WS·2020-D30-BGS-{number + 1000:04d}",
            f"关于第{number}项防汛抗旱物资的通知",
            "20200315",
            "甲室先编,乙室改号",
            "王芳 2026-11-22 16:00",
        )
        for number in range(1, amount + 1)
    )
    return RestampSlip("0073", "库伦街道办事处", "库伦镇档案室", lines, MADE)


def printed(folder: Path, wanted: RestampSlip, language: str = "zh") -> tuple[str, int]:
    path = folder / "slip.pdf"
    order = SlipOrder(path, wanted, Words.load(language).sentences)
    pages, undrawn = write_slip(order)
    assert undrawn == ""
    found = read_printed(path)
    assert len(found.sizes) == pages
    return found.text, pages


def test_every_paper_stands_on_the_slip_with_both_codes_and_why(tmp_path: Path) -> None:
    text, pages = printed(tmp_path, slip(40))
    assert pages > 1
    for line in slip(40).lines:
        for piece in (line.former, line.code, line.title):
            assert piece in text.replace("\n", ""), piece
    for said in (
        "改号通知单",
        "王芳",
        "改盖人(签字):",
        "核对人(签字):",
        "库伦镇档案室",
    ):
        assert said in text


def test_a_long_title_and_english_words(tmp_path: Path) -> None:
    long = replace(slip(1).lines[0], title="关于进一步做好防汛工作" * 20)
    text, _ = printed(tmp_path, replace(slip(1), lines=(long,)), "en")
    assert "Notice of Changed Codes" in text


async def test_it_is_printed_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "slip.pdf"
    words = Words.load("zh").sentences
    assert await print_slip_apart(path, slip(3), words) == 1
    beside = tmp_path / "beside.pdf"
    write_slip(SlipOrder(beside, slip(3), words))
    assert path.read_bytes() == beside.read_bytes()
    with pytest.raises(FormNotWritten):
        await print_slip_apart(tmp_path / "no" / "slip.pdf", slip(1), words)
