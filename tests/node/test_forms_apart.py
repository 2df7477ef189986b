"""Forms printed in a process of their own, and the typefaces that come with them."""

from __future__ import annotations

import asyncio
import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from node.errors import FormNotWritten
from node.forms.apart import print_apart
from node.forms.filing import BOUND, Part, SpinePaper
from node.forms.order import Order, decode_order, encode_order
from node.forms.writing import write_forms
from tests.node.test_forms import MONGOL, SAY, WORDS, form, line
from tests.support.real_data import REPOSITORY

FONTS = REPOSITORY / "node" / "forms" / "fonts"


async def test_it_prints_the_same_file_and_says_how_far_it_is(tmp_path: Path) -> None:
    odd = line(1, title="\ud800\x00“{}”", parallel_title=MONGOL)
    wanted = form(odd, *(line(number) for number in range(2, 200)))
    heard: list[tuple[int, int]] = []
    told = await print_apart(
        tmp_path / "apart.pdf",
        wanted,
        WORDS.sentences,
        parts=tuple(Part),
        on_page=lambda done, total: heard.append((done, total)),
    )
    beside = write_forms(tmp_path / "beside.pdf", wanted, SAY, parts=tuple(Part))
    assert told == beside
    apart, here = (tmp_path / name for name in ("apart.pdf", "beside.pdf"))
    assert apart.read_bytes() == here.read_bytes()
    assert heard[-1] == (told.pages[Part.CATALOGUE], told.pages[Part.CATALOGUE])
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


async def test_what_keeps_the_file_from_being_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "form.pdf"
    with pytest.raises(FormNotWritten) as caught:
        await print_apart(path, form(line(1)), WORDS.sentences)
    assert caught.value.path == path
    assert "No such file" in caught.value.detail


async def test_a_printing_that_breaks_off_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormNotWritten) as caught:
        await print_apart(tmp_path / "form.pdf", form(line(1)), {})
    assert "KeyError" in caught.value.detail
    assert not list(tmp_path.iterdir())


async def test_a_printing_can_be_stopped(tmp_path: Path) -> None:
    """What stood at the place stands there still."""
    path = tmp_path / "form.pdf"
    path.write_text("the last one")
    wanted = form(*(line(number) for number in range(1, 2_000)))
    begun = asyncio.Event()
    printing = asyncio.create_task(
        print_apart(
            path, wanted, WORDS.sentences, on_page=lambda _done, _total: begun.set()
        )
    )
    await begun.wait()
    printing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await printing
    assert path.read_text() == "the last one"
    assert [each.name for each in tmp_path.iterdir()] == ["form.pdf"]


def test_an_order_arrives_as_it_was_sent() -> None:
    wanted = replace(form(line(1), line(2)), boxes=())
    order = Order(Path("a.pdf"), wanted, {"forms.title": "目录"}, BOUND, SpinePaper.A3)
    assert decode_order(encode_order(order)) == order


def test_the_desk_loads_nothing_of_the_press() -> None:
    code = (
        "import sys, node.forms.apart, node.forms.plain, node.forms.stamp\n"
        "print(sorted({'fpdf', 'fontTools', 'PIL', 'uharfbuzz'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_the_typefaces_are_those_whose_making_is_written_down() -> None:
    text = (FONTS / "README.md").read_text("utf-8")
    said = dict(
        re.findall(r"^\| `([\w-]+\.ttf)` \| `([0-9a-f]{64})` \|$", text, re.MULTILINE)
    )
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FONTS.glob("*.ttf")
    }
    assert found == said


def test_the_licence_of_the_typefaces_lies_beside_them() -> None:
    licence = (FONTS / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    for path in FONTS.glob("*.ttf"):
        assert path.name in licence
