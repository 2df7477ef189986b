"""Workbooks as rooms have them: sheets of rows of texts.

``.xlsx``, ``.xls``, ``.xlsb`` and ``.ods`` are read by calamine, ``.csv`` and ``.tsv``
in the encodings in use. What a cell shows is kept; what only formats it is not.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from node.errors import WorkbookUnreadable

if TYPE_CHECKING:
    import python_calamine

LIMIT_BYTES: Final = 256 << 20
"""Largest file that is opened."""
LIMIT_PLAIN_BYTES: Final = 1 << 30
"""Largest amount that a zipped workbook may unpack to."""
LIMIT_CELLS: Final = 40_000_000
"""Most cells that a sheet may span, empty ones included."""

_BINARY: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et"})
_TEXTS: Final = frozenset({".csv", ".tsv", ".txt"})
_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LARGEST_EXACT: Final = 10**15
_SHARED_CHARACTERS: Final = 40

Row = list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; all rows as texts, empty cells as empty texts."""

    name: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Workbook:
    """What was read of one file."""

    path: Path
    digest: bytes
    """BLAKE2b-256 of the file."""
    sheets: tuple[Sheet, ...]


def read_workbook(path: Path) -> Workbook:
    """Everything that the file at *path* shows.

    Raises:
        WorkbookUnreadable: it is missing, locked with a password, damaged, too large or
            no workbook.
    """
    try:
        size = path.stat().st_size
        if size > LIMIT_BYTES:
            raise WorkbookUnreadable(path, "too-large")
        content = path.read_bytes()
    except OSError as error:
        raise WorkbookUnreadable(path, "missing") from error
    if not content:
        raise WorkbookUnreadable(path, "empty")
    digest = hashlib.blake2b(content, digest_size=32).digest()
    suffix = path.suffix.lower()
    if content.startswith((_ZIP, _COMPOUND)) or suffix in _BINARY:
        sheets = _read_binary(path, content)
    elif suffix in _TEXTS:
        sheets = (Sheet(path.stem, _read_text(path, content)),)
    else:
        raise WorkbookUnreadable(path, "unknown-kind")
    return Workbook(path, digest, sheets)


def _read_binary(path: Path, content: bytes) -> tuple[Sheet, ...]:
    if content.startswith(_ZIP):
        _check_zip(path, content)
    elif content.startswith(_COMPOUND) and _is_encrypted(content):
        raise WorkbookUnreadable(path, "encrypted")
    import python_calamine  # noqa: PLC0415 (only who reads a workbook pays for it)

    try:
        with python_calamine.load_workbook(io.BytesIO(content)) as book:
            return tuple(
                _read_sheet(path, book, meta.name)
                for meta in book.sheets_metadata
                if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
            )
    except python_calamine.PasswordError as error:
        raise WorkbookUnreadable(path, "encrypted") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise WorkbookUnreadable(path, "damaged") from error


def _read_sheet(path: Path, book: python_calamine.CalamineWorkbook, name: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > LIMIT_CELLS:
        raise WorkbookUnreadable(path, "too-large")
    share = _Shared().share
    rows = [[share(_cell_text(cell)) for cell in row] for row in sheet.iter_rows()]
    return Sheet(name, rows)


class _Shared:
    """Keeps one object of each short text: columns repeat themselves."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def share(self, text: str) -> str:
        """*text*, or the equal text that was seen before."""
        if len(text) > _SHARED_CHARACTERS:
            return text
        return self._kept.setdefault(text, text)


def _cell_text(cell: object) -> str:
    """What a cell shows, without the marks of its number format."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < _LARGEST_EXACT:
            return str(int(cell))
        return repr(cell)
    if isinstance(cell, dt.datetime):
        if cell.time() == dt.time():
            return cell.date().isoformat()
        return cell.isoformat(sep=" ")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _check_zip(path: Path, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            plain = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise WorkbookUnreadable(path, "damaged") from error
    if plain > LIMIT_PLAIN_BYTES:
        raise WorkbookUnreadable(path, "too-large")


def _is_encrypted(content: bytes) -> bool:
    return "EncryptedPackage".encode("utf-16-le") in content


def _read_text(path: Path, content: bytes) -> list[Row]:
    text = _decode(path, content)
    head = text[:20_000]
    delimiter = max(",\t;", key=head.count)
    try:
        share = _Shared().share
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [[share(cell) for cell in row] for row in reader]
    except csv.Error as error:
        raise WorkbookUnreadable(path, "damaged") from error


def _decode(path: Path, content: bytes) -> str:
    encodings: tuple[str, ...]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\0" in content[:200]:
        is_big = content[:1] == b"\0"
        encodings = ("utf-16-be",) if is_big else ("utf-16-le",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WorkbookUnreadable(path, "encoding")
