"""Forms into files, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from node.errors import FormNotWritten
from node.forms.box_note import print_box_note
from node.forms.cover import print_cover
from node.forms.filing import (
    BOUND,
    FilingForm,
    Part,
    Printed,
    Say,
    SpinePaper,
    boxes_of,
)
from node.forms.ledger import Ledger, OnPage
from node.forms.plain import TextPaper, plain_text
from node.forms.press import Press
from node.forms.restamp import print_slip
from node.forms.slip import SlipOrder
from node.forms.spine import print_spines


def write_forms(
    path: Path,
    form: FilingForm,
    say: Say,
    *,
    parts: Sequence[Part] = BOUND,
    sheet: SpinePaper = SpinePaper.A4,
    on_page: OnPage | None = None,
) -> Printed:
    """Write *parts* of *form* to a PDF at *path*, in the order of Part.

    The same form, with the same time in it, gives the same bytes.

    Raises:
        FormNotWritten: the file cannot be put there.
    """
    name = say("forms.file_title", fonds=form.fonds_name or form.fonds, year=form.year)
    press = Press(name, form.made_at, say)
    pages: dict[Part, int] = {}
    for part in Part:
        if part not in parts:
            continue
        match part:
            case Part.COVER:
                pages[part] = print_cover(press, form, say)
            case Part.CATALOGUE:
                pages[part] = Ledger(press, form, say).print(on_page)
            case Part.NOTE:
                pages[part] = sum(
                    print_box_note(press, form, box, say) for box in boxes_of(form)
                )
            case Part.SPINE:
                pages[part] = print_spines(press, form, boxes_of(form), sheet, say)
    _put(path, press.finish())
    return Printed(pages, press.undrawn)


def write_slip(order: SlipOrder) -> tuple[int, str]:
    """Write a 改号通知单; how many pages it has, and characters without a shape.

    Raises:
        FormNotWritten: the file cannot be put there.
    """
    content, pages, undrawn = print_slip(order.slip, order.say)
    _put(order.path, content)
    return pages, undrawn


def write_plain(
    path: Path, form: FilingForm, say: Say, paper: TextPaper | None = None
) -> None:
    """Write the catalogue of *form* as plain text, UTF-8, to *path*.

    Raises:
        FormNotWritten: the file cannot be put there.
    """
    text = plain_text(form, say, paper)
    _put(path, text.encode("utf-8", "replace"))


def _put(path: Path, content: bytes) -> None:
    """Make *content* the file at *path*, on the disk before its name is there."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        _forget(fresh)
        raise FormNotWritten(path, error.strerror or str(error)) from error


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
