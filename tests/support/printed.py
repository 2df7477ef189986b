"""What stands where in a PDF that node.forms made, read without its library."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path

_OBJECT = re.compile(rb"^(\d+) 0 obj\r?\n(.*?)\r?\nendobj", re.MULTILINE | re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(
    rb"/F(?P<face>\d+) (?P<size>[\d.]+) Tf"
    rb"|BT (?P<x>-?[\d.]+) (?P<y>-?[\d.]+) Td[^(\[]*"
    rb"|\((?P<text>(?:[^\\()]|\\.)*)\)",
    re.DOTALL,
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_MAPPED = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_MM = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text on a page."""

    page: int
    x: float
    y: float
    """Of the baseline, in mm from the upper edge."""
    size: float
    face: str
    text: str


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """A PDF, as far as the tests look at it."""

    sizes: list[tuple[float, float]]
    """Width and height of each page in mm."""
    pieces: list[Piece]
    faces: dict[str, bool]
    """Each typeface, and whether it is inside the file."""

    def on(self, page: int) -> list[Piece]:
        """What stands on a page, from 1."""
        return [piece for piece in self.pieces if piece.page == page]

    def text_of(self, page: int) -> str:
        """The text of a page without its order in space."""
        return "".join(piece.text for piece in self.on(page))

    @property
    def text(self) -> str:
        """All text."""
        return "".join(piece.text for piece in self.pieces)


def read_printed(path: Path) -> PrintedFile:
    """The PDF at *path*."""
    data = path.read_bytes()
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(data)}
    named: dict[str, tuple[str, dict[int, str]]] = {}
    faces: dict[str, bool] = {}
    references = {
        number: reference
        for each in objects.values()
        if b"/Type /Page" not in each
        for number, reference in re.findall(rb"/F(\d+) (\d+) 0 R", each)
    }
    for number, reference in references.items():
        font = objects[int(reference)]
        name = _word(font, rb"/BaseFont /(\S+)").decode()
        known = _unicode(_stream(objects[int(_word(font, rb"/ToUnicode (\d+)"))]))
        named[number.decode()] = (name.partition("+")[2], known)
        below = objects[int(_word(font, rb"/DescendantFonts \[(\d+)"))]
        described = objects[int(_word(below, rb"/FontDescriptor (\d+)"))]
        file = objects[int(_word(described, rb"/FontFile2 (\d+)"))]
        faces[name.partition("+")[2]] = len(_stream(file)) > 1_000
    sizes = []
    pieces: list[Piece] = []
    pages = [each for each in objects.values() if b"/Type /Page\n" in each + b"\n"]
    for number, page in enumerate(pages, 1):
        box = _word(page, rb"/MediaBox \[0 0 ([\d. ]+)\]").split()
        width, height = (float(each) for each in box)
        sizes.append((round(width * _MM, 1), round(height * _MM, 1)))
        content = _stream(objects[int(_word(page, rb"/Contents (\d+)"))])
        pieces += _pieces(content, number, height, named)
    return PrintedFile(sizes, pieces, faces)


def _pieces(
    content: bytes,
    page: int,
    height: float,
    named: dict[str, tuple[str, dict[int, str]]],
) -> list[Piece]:
    found: list[Piece] = []
    face, size, x, y = "1", 0.0, 0.0, 0.0
    for shown in _SHOWN.finditer(content):
        if shown["face"]:
            face, size = shown["face"].decode(), float(shown["size"])
        elif shown["x"]:
            x, y = float(shown["x"]), float(shown["y"])
        else:
            name, known = named[face]
            raw = _ESCAPED.sub(_unescaped, shown["text"])
            codes = [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]
            text = "".join(known.get(code, "") for code in codes)
            place = (round(x * _MM, 1), round((height - y) * _MM, 1))
            found.append(Piece(page, *place, size, name, text))
    return found


def _unescaped(found: re.Match[bytes]) -> bytes:
    return {b"n": b"\n", b"r": b"\r"}.get(found[1], found[1])


def _unicode(table: bytes) -> dict[int, str]:
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
        for code, text in _MAPPED.findall(table)
    }


def _stream(content: bytes) -> bytes:
    found = _STREAM.search(content)
    if found is None:
        return b""
    return zlib.decompress(found[1]) if b"/FlateDecode" in content else found[1]


def _word(content: bytes, pattern: bytes) -> bytes:
    found = re.search(pattern, content)
    assert found is not None, pattern
    return bytes(found[1])
