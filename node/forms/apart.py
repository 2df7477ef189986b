"""Printing in a process of its own: the screen goes on, the memory goes back.

Making a PDF takes a second or more of pure computing and some fifty megabytes; the
desk's own process has neither to spare. This module loads nothing of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from node.errors import FormNotWritten
from node.forms.filing import BOUND, FilingForm, Part, Printed, SpinePaper
from node.forms.order import Order, decode_printed, encode_order
from node.forms.slip import RestampSlip, SlipOrder, encode_slip


async def print_apart(
    path: Path,
    form: FilingForm,
    sentences: Mapping[str, str],
    *,
    parts: Sequence[Part] = BOUND,
    sheet: SpinePaper = SpinePaper.A4,
    on_page: Callable[[int, int], None] | None = None,
) -> Printed:
    """Write *parts* of *form* to a PDF at *path*, as ``write_forms`` does.

    *sentences* are the words of one language, by key. *on_page* hears how many pages
    of the catalogue are done. Cancelling stops the printing; *path* is then as it was.

    Raises:
        FormNotWritten: the file cannot be put there, or the printing broke off.
    """
    wanted = {key: text for key, text in sentences.items() if key.startswith("forms.")}
    order = Order(path, form, wanted, parts, sheet)
    return decode_printed(await _print(path, encode_order(order), on_page))


async def print_slip_apart(
    path: Path, slip: RestampSlip, sentences: Mapping[str, str]
) -> int:
    """Write a 改号通知单 to a PDF at *path*; how many pages it has.

    Raises:
        FormNotWritten: the file cannot be put there, or the printing broke off.
    """
    said = await _print(path, encode_slip(SlipOrder(path, slip, sentences)), None)
    pages = said.get("pages")
    return int(pages.get("slip", 0)) if isinstance(pages, dict) else 0


async def _print(
    path: Path, order: str, on_page: Callable[[int, int], None] | None
) -> Mapping[str, object]:
    """Have an order printed by a process of its own; what it answered."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "node.forms"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        said, told = await _hear(child, order.encode(), on_page)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
            _fresh(path).unlink(missing_ok=True)
    if "pages" not in said:
        raise FormNotWritten(path, str(said.get("detail") or told))
    return said


async def _hear(
    child: Process, order: bytes, on_page: Callable[[int, int], None] | None
) -> tuple[Mapping[str, object], str]:
    """What a child answered at its end, and the last other line that it wrote."""
    if child.stdin is None or child.stdout is None or child.stderr is None:
        return {}, ""
    handing = asyncio.create_task(_hand(child.stdin, order))
    answer = asyncio.create_task(child.stdout.read())
    told = ""
    try:
        async for raw in child.stderr:
            line = raw.decode("utf-8", "replace").strip()
            said = _document(line)
            if "total" not in said:
                told = line or told
            elif on_page is not None:
                on_page(int(str(said["done"])), int(str(said["total"])))
        await child.wait()
        return _document((await answer).decode("utf-8", "replace")), told
    finally:
        handing.cancel()
        answer.cancel()


async def _hand(stream: asyncio.StreamWriter, order: bytes) -> None:
    """Hand the order over; a child that is gone says why elsewhere."""
    try:
        stream.write(order)
        await stream.drain()
        stream.close()
        await stream.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        return


def _document(text: str) -> Mapping[str, object]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _fresh(path: Path) -> Path:
    """The name under which a file is written before it is put in its place."""
    return path.with_name(f".{path.name}.new")
