"""Printed forms: what stands where, whole, readable, and the same every time.

``golden/forms.txt`` is written with ``--write-vectors`` where it is absent; whoever
changes a form or its words looks at the page first and then writes it anew.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import FormNotWritten
from node.forms import typefaces
from node.forms.breaking import Run, lines_of
from node.forms.filing import (
    BOUND,
    SPINE_WIDTHS_MM,
    Box,
    FilingForm,
    FilingLine,
    Part,
    Printed,
    SpinePaper,
)
from node.forms.plain import TextPaper, plain_text
from node.forms.printable import columns_of, printable
from node.forms.stamp import stamp_of, stamp_text
from node.forms.writing import write_forms, write_plain
from sync.words.catalogue import LANGUAGES, Words
from tests.support.printed import Piece, PrintedFile, read_printed
from tests.support.real_data import REPOSITORY

GOLDEN = Path(__file__).parent / "golden" / "forms.txt"
WORDS = Words.load("zh", REPOSITORY / "tui" / "words")
SAY = WORDS.say
MADE = datetime(2021, 5, 20, 9, 30, tzinfo=UTC)
TITLE = "关于转发《内蒙古自治区档案局关于加强基层档案室规范化建设的意见》的通知"
MONGOL = "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ"


def line(number: int, **values: str) -> FilingLine:
    usual = {
        "code": f"Z109-WS·2020-D30-BGS-{number:04d}",
        "title": TITLE,
        "doc_no": f"通政办发〔2020〕{number}号",
        "creators": "通辽市人民政府办公室",
        "date": "20200315",
        "pages": str(number % 40 + 1),
    }
    return FilingLine(**{**usual, **values})


def form(*lines: FilingLine, boxes: tuple[Box, ...] = ()) -> FilingForm:
    return FilingForm(
        "Z109", "科尔沁区人民政府", "2020", "D30", "办公室", lines, MADE, boxes
    )


def printed(
    folder: Path, wanted: FilingForm, *parts: Part, sheet: SpinePaper = SpinePaper.A4
) -> tuple[PrintedFile, Printed]:
    path = folder / "form.pdf"
    told = write_forms(path, wanted, SAY, parts=parts or tuple(Part), sheet=sheet)
    return read_printed(path), told


def catalogue_of(folder: Path, *lines: FilingLine) -> PrintedFile:
    return printed(folder, form(*lines), Part.CATALOGUE)[0]


def column(pieces: list[Piece], left: float, right: float) -> str:
    """What stands between two edges, beneath the heading of the table."""
    return "".join(p.text for p in pieces if left <= p.x < right and p.y > 48)


def titles_on(file: PrintedFile, page: int) -> str:
    """What stands in the column of titles, which ends where the dates begin."""
    pieces = file.on(page)
    middle = next(piece.x for piece in pieces if piece.text == "题名") + 3.7
    return column(pieces, 2 * middle - 225, 225)


def test_the_forms_are_printed_as_they_were(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Text, size and place of all that stands on the forms of a small filing."""
    boxes = (
        Box("1", "0001", "0002", 20, "共2件。\n0002号缺附件。", "张三", "20210518"),
        Box("2", "0003", "0003", 50),
    )
    small = form(
        line(1),
        line(2, title=f"{TITLE}(含附件三份:①审批表;②考察材料)", notes="缺附件"),
        line(3, title="[关于蒙古语文工作的请示]", parallel_title="Монгол хэл, Өвөр"),
        boxes=boxes,
    )
    file, _ = printed(tmp_path, small)
    found = "".join(
        f"{each.page} {each.x} {each.y} {each.size:g} {each.text}\n"
        for each in file.pieces
    )
    if not GOLDEN.exists() and pytestconfig.getoption("--write-vectors"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(found, "utf-8")
    assert found == GOLDEN.read_text("utf-8")


def test_all_typefaces_are_in_the_file(tmp_path: Path) -> None:
    wanted = line(1, title="李喆", parallel_title=MONGOL)
    faces = catalogue_of(tmp_path, wanted).faces
    assert faces == {
        "DangyiSong": True,
        "DangyiSongRare": True,
        "DangyiMongolian": True,
    }


def test_the_same_form_is_the_same_bytes(tmp_path: Path) -> None:
    wanted = form(line(1), line(2, parallel_title=MONGOL))
    files = []
    for name in ("a.pdf", "b.pdf"):
        write_forms(tmp_path / name, wanted, SAY, parts=tuple(Part))
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1]
    later = replace(wanted, made_at=MADE + timedelta(days=1))
    write_forms(tmp_path / "c.pdf", later, SAY, parts=tuple(Part))
    assert (tmp_path / "c.pdf").read_bytes() != files[0]


def test_the_file_carries_the_time_of_its_form_and_says_what_it_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "form.pdf"
    write_forms(path, form(line(1)), SAY)
    data = path.read_bytes()
    for name in (b"CreateDate", b"ModifyDate"):
        assert b'xmp:%s="2021-05-20T09:30:00+00:00"' % name in data
    assert b"<pdfaid:part>2</pdfaid:part>" in data
    assert b"/OutputIntents" in data


def test_the_sheets_are_those_of_the_standard(tmp_path: Path) -> None:
    file, told = printed(tmp_path, form(line(1)))
    assert told.pages == dict.fromkeys(Part, 1)
    landscape, portrait = (297.0, 210.0), (210.0, 297.0)
    assert file.sizes == [landscape, landscape, portrait, portrait]


def test_every_page_has_heading_columns_and_its_number(tmp_path: Path) -> None:
    file = catalogue_of(tmp_path, *(line(number) for number in range(1, 41)))
    total = len(file.sizes)
    assert total > 2
    for page in range(1, total + 1):
        text = file.text_of(page)
        assert text.startswith("归档文件目录全宗号")
        assert "序号档号文号责任者题名日期密级页数备注" in text
        assert f"第 {page} 页 共 {total} 页" in text


def test_nothing_is_printed_into_the_margins(tmp_path: Path) -> None:
    """25 mm are for the thread at the left, 20 and 15 at head and foot."""
    file = catalogue_of(tmp_path, *(line(number) for number in range(1, 41)))
    for piece in file.pieces:
        assert 25 <= piece.x < 297 - 15, piece
        assert 20 < piece.y < 210 - 15, piece


def test_no_row_is_divided_between_two_pages(tmp_path: Path) -> None:
    titles = [TITLE * (number % 7 + 1) for number in range(1, 121)]
    lines = [line(number, title=text) for number, text in enumerate(titles, 1)]
    file = catalogue_of(tmp_path, *lines)
    numbers: list[str] = []
    for page in range(1, len(file.sizes) + 1):
        pieces = file.on(page)
        here = re.findall(r"[0-9]{4}(?=Z|$)", column(pieces, 37, 80).replace("-", ""))
        first, last = len(numbers), len(numbers) + len(here)
        assert titles_on(file, page) == "".join(titles[first:last])
        numbers += here
    assert numbers == [f"{number:04d}" for number in range(1, 121)]


def test_a_text_that_no_page_holds_is_whole_at_the_end(tmp_path: Path) -> None:
    endless = "长" * 3_000
    file = catalogue_of(tmp_path, line(1, notes=endless), line(2))
    rest = [
        page
        for page in range(1, len(file.sizes) + 1)
        if "序号档号" not in file.text_of(page)
    ]
    whole = "".join(
        piece.text for page in rest for piece in file.on(page) if "长" in piece.text
    )
    assert whole == endless
    assert "序号 1 备注全文" in file.text
    assert "[1]" in file.text_of(1)


def test_codes_and_document_numbers_are_as_wide_as_they_need(tmp_path: Path) -> None:
    """What they leave belongs to the title."""
    short = catalogue_of(tmp_path, line(1, code="1-2-3", doc_no=""))
    long = catalogue_of(tmp_path, line(1, code="0123-ZY·JC·CC·2019·D30-001-001" * 3))
    left = [
        next(piece.x for piece in file.pieces if piece.text.startswith("关于转发"))
        for file in (short, long)
    ]
    assert left[0] < 140 < left[1] < 156


def test_a_fonds_with_an_endless_name_leaves_room_for_its_items(tmp_path: Path) -> None:
    endless = "长" * 3_000
    wanted = replace(form(line(1), line(2)), fonds_name=endless, org=endless, year="")
    file, told = printed(tmp_path, wanted)
    assert told.pages[Part.CATALOGUE] == 1
    assert "Z109-WS·2020-D30-BGS-0002" in file.text


def test_an_empty_filing_is_an_empty_table(tmp_path: Path) -> None:
    file, told = printed(tmp_path, form())
    assert told.pages[Part.CATALOGUE] == 1
    assert "第 1 页 共 1 页" in file.text


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x1b[31m红\x07",
        "a\u202ebc\u2066d",
        "换\r\n行\t制表\u2028分\x85页\x0c",
        "\ufeff头\u200b尾\u00ad",
        "(\\(\\)))",
        "{0} %s ${HOME} <b>&amp;",
    ],
)
def test_control_characters_do_no_harm(tmp_path: Path, text: str) -> None:
    values = dict.fromkeys(("code", "doc_no", "creators", "title", "notes"), text)
    file, told = printed(tmp_path, form(line(1, **values), line(2)))
    shown = re.sub(r"\s+", "", printable(text))
    assert shown in re.sub(r"\s+", "", titles_on(file, 2))
    assert "0002" in file.text
    assert not told.undrawn
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", file.text)


def test_rare_characters_are_drawn(tmp_path: Path) -> None:
    """Of the second file, in the same style; beyond the first plane too."""
    names = "李喆、王𬱖、赵頔、﨑、㻬、𫍽、𠅤"
    file, told = printed(tmp_path, form(line(1, title=names)), Part.CATALOGUE)
    assert names in file.text
    assert told.undrawn == ""
    rare = {p.text for p in file.pieces if p.face == "DangyiSongRare"}
    assert {"喆", "𬱖", "頔"} <= rare


def test_what_no_typeface_draws_is_named(tmp_path: Path) -> None:
    file, told = printed(
        tmp_path, form(line(1, title="王\ue000、བོད་ཡིག与\U0001f600、e\u0301x\u0331"))
    )
    assert "王〔U+E000〕、〔此处 7 字无字形〕与〔U+1F600〕、éx〔U+0331〕" in file.text
    assert told.undrawn == "".join(dict.fromkeys("\ue000བོད་ཡིག\U0001f600\u0331"))


def test_mongolian_letters_are_joined(tmp_path: Path) -> None:
    pytest.importorskip("uharfbuzz")
    file = catalogue_of(tmp_path, line(1, parallel_title=MONGOL))
    drawn = [p.text for p in file.pieces if p.face == "DangyiMongolian"]
    assert "".join(drawn) == MONGOL.replace(" ", "")


def test_mongolian_is_a_sign_where_letters_cannot_be_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typefaces, "find_spec", lambda _name: None)
    file, told = printed(tmp_path, form(line(1, parallel_title=MONGOL)))
    assert "[蒙文 11字]" in file.text
    assert not told.undrawn


def test_the_cover_names_what_is_bound(tmp_path: Path) -> None:
    file, _ = printed(tmp_path, form(line(1)), Part.COVER)
    for word in (
        "归档文件目录",
        "全宗号",
        "Z109",
        "科尔沁区人民政府",
        "2020",
        "30年",
        "办公室",
    ):
        assert word in file.text
    without = replace(form(line(1)), org="", retention_code="Y")
    file, _ = printed(tmp_path, without, Part.COVER)
    assert "机构" not in file.text
    assert "永久" in file.text


def test_a_box_note_has_its_account_and_its_names(tmp_path: Path) -> None:
    box = Box(
        "7", "0001", "0030", 30, "共30件。", "张三", "20210518", "李四", "20210520"
    )
    file, _ = printed(tmp_path, form(line(1), boxes=(box,)), Part.NOTE)
    for word in (
        *("备考表", "盒内文件情况说明", "共30件。", "0001 至 0030", "整理人：张三"),
        *("整理日期：20210518", "检查人：李四", "检查日期：20210520"),
    ):
        assert word in file.text


def test_a_long_account_goes_on_on_the_next_page(tmp_path: Path) -> None:
    account = "\n".join(f"{number:04d}号有缺损。" for number in range(1, 61))
    file, told = printed(
        tmp_path, form(line(1), boxes=(Box(situation=account),)), Part.NOTE
    )
    assert told.pages[Part.NOTE] == len(file.sizes) > 2
    assert "".join(account.split()) in "".join(
        p.text for p in file.pieces if "有缺损" in p.text
    )


@pytest.mark.parametrize("sheet", list(SpinePaper))
def test_a_spine_is_printed_for_each_box(tmp_path: Path, sheet: SpinePaper) -> None:
    boxes = tuple(
        Box(str(number), f"{number:04d}", f"{number + 9:04d}", width)
        for number, width in enumerate(SPINE_WIDTHS_MM * 3, 101)
    )
    file, told = printed(tmp_path, form(line(1), boxes=boxes), Part.SPINE, sheet=sheet)
    assert told.pages[Part.SPINE] == len(file.sizes) > 1
    for box in boxes:
        found = [p for p in file.pieces if p.text == box.number]
        assert len(found) == 1
    high = {SpinePaper.A4: 297.0, SpinePaper.A3: 420.0}[sheet]
    assert {height for _, height in file.sizes} == {high}
    assert all(0 < p.x < width for p in file.pieces for width, _ in file.sizes[:1])


def test_the_stamp_has_two_rows_of_three() -> None:
    wanted = form(line(26))
    rows = stamp_of(wanted, wanted.lines[0], SAY)
    assert [[cell.value for cell in row] for row in rows] == [
        ["Z109", "2020", "0026"],
        ["办公室", "30年", "27"],
    ]
    drawn = stamp_text(wanted, wanted.lines[0], SAY).splitlines()
    assert len({columns_of(each, is_ambiguous_wide=False) for each in drawn}) == 1


@pytest.mark.parametrize("is_wide", [False, True])
def test_plain_text_keeps_to_80_columns(tmp_path: Path, *, is_wide: bool) -> None:
    lines = [
        line(number, title=TITLE * (number % 3 + 1), parallel_title=MONGOL)
        for number in range(1, 60)
    ]
    lines.append(line(60, title="a" * 3_000, notes="\x0c\x1b[2J·—“"))
    paper = TextPaper(is_ambiguous_wide=is_wide)
    text = plain_text(form(*lines), SAY, paper)
    pages = text.split("\f")
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert f"第 {number} 页 共 {len(pages)} 页" in page
        assert len(page.splitlines()) <= 60
        for each in page.splitlines():
            assert columns_of(each, is_ambiguous_wide=is_wide) <= 80
    assert all(each.code in text for each in lines)
    assert "[蒙文 11字]" in text
    write_plain(tmp_path / "form.txt", form(*lines), SAY, paper)
    assert (tmp_path / "form.txt").read_bytes() == text.encode()


def test_a_form_that_cannot_be_written_leaves_all_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for path in (tmp_path / "nowhere" / "x.pdf", tmp_path / "there"):
        with pytest.raises(FormNotWritten) as caught:
            write_forms(path, form(line(1)), SAY, parts=[Part.COVER])
        assert caught.value.path == path
    assert [each.name for each in tmp_path.rglob("*")] == ["there"]


def test_500_rows_are_printed_in_less_than_3_seconds(tmp_path: Path) -> None:
    wanted = form(*(line(number) for number in range(1, 501)))
    begun = time.process_time()
    told = write_forms(tmp_path / "form.pdf", wanted, SAY, parts=BOUND)
    assert time.process_time() - begun < 3
    assert told.pages[Part.CATALOGUE] > 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_both_languages_fit(tmp_path: Path, language: str) -> None:
    say = Words.load(language, REPOSITORY / "tui" / "words").say
    path = tmp_path / "form.pdf"
    wanted = form(line(1, title="གངས" * 9, notes="x" * 5_000, parallel_title=MONGOL))
    write_forms(path, wanted, say, parts=tuple(Part))
    plain_text(wanted, say)
    file = read_printed(path)
    assert all(0 < p.x < file.sizes[p.page - 1][0] for p in file.pieces)


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="no poppler here")
def test_a_reader_of_pdf_has_nothing_to_complain_of(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    wanted = form(line(1, parallel_title=MONGOL), line(2, title="王𬱖"))
    write_forms(path, wanted, SAY, parts=tuple(Part))
    drawn = ["pdftoppm", "-r", "20", "-png", str(path), str(tmp_path / "page")]
    told = []
    for command in (drawn, ["pdftotext", str(path), "-"]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        told.append(done.stdout)
    assert "Z109-WS·2020-D30-BGS-0001" in told[1]
    assert "王𬱖" in told[1]


LETTERS = "档案室的通知,。、;:《》〔〕()“”…①20·-a "


@given(
    text=st.text(LETTERS, max_size=80).map(str.strip),
    limit=st.integers(min_value=3, max_value=20),
)
def test_lines_are_no_wider_than_asked_and_lose_nothing(text: str, limit: int) -> None:
    runs = [Run("song", each, 1_000) for each in text]
    lines = lines_of(runs, dict.fromkeys(LETTERS, 1_000.0), limit * 1_000)
    assert all(line.width <= limit * 1_000 for line in lines)
    assert "".join(line.text for line in lines).replace(" ", "") == text.replace(
        " ", ""
    )


def test_a_closing_sign_begins_no_line_and_an_opening_one_ends_none() -> None:
    text = "关于印发《档案工作办法》(试行)的通知,请遵照执行。"
    runs = [Run("song", each, 1_000) for each in text]
    for limit in range(4, 26):
        lines = [line.text for line in lines_of(runs, {}, limit * 1_000)]
        assert "".join(lines) == text
        assert not [each for each in lines if each[0] in "》),。"]
        assert not [each for each in lines if each[-1] in "《("]
