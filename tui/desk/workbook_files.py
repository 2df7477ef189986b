"""Where workbooks lie: sticks and discs first, then the folders people save into."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tui.port.imports import FoundFile, Place

SUFFIXES: Final = frozenset(
    {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt"}
)
_MOUNTS: Final = (Path("/media"), Path("/run/media"), Path("/mnt"))
_MOUNT_TABLE: Final = Path("/proc/mounts")
_USUAL: Final = ("下载", "Downloads", "桌面", "Desktop", "文档", "Documents")
_MOST_FILES: Final = 2_000


def places(practice: Path | None) -> list[Place]:
    """Folders to begin in."""
    found = [Place(path, "removable") for path in _removable()]
    if practice is not None:
        found.append(Place(practice, "practice"))
    home = Path.home()
    usual = (home / name for name in _USUAL)
    found += [Place(path, "folder") for path in usual if path.is_dir()]
    found.append(Place(home, "home"))
    return found


def files(folder: Path) -> list[FoundFile]:
    """Workbooks of a folder, the newest first, then its folders by name.

    Raises:
        OSError: the folder cannot be read.
    """
    books: list[FoundFile] = []
    folders: list[FoundFile] = []
    for path in folder.iterdir():
        if path.name.startswith((".", "~$")):
            continue
        try:
            about = path.stat()
            is_folder = path.is_dir()
        except OSError:
            continue
        if is_folder:
            folders.append(FoundFile(path, is_folder=True))
        elif path.suffix.lower() in SUFFIXES:
            size, changed = about.st_size, int(about.st_mtime)
            books.append(
                FoundFile(path, is_folder=False, size_bytes=size, changed_at=changed)
            )
    books.sort(key=lambda each: (-each.changed_at, each.path.name))
    folders.sort(key=lambda each: each.path.name)
    return (books + folders)[:_MOST_FILES]


def _removable() -> list[Path]:
    """Folders under which sticks and discs are mounted now."""
    try:
        table = _MOUNT_TABLE.read_text("utf-8", "replace")
    except OSError:
        return []
    found = []
    for line in table.splitlines():
        columns = line.split(" ")
        if len(columns) < 2:
            continue
        path = Path(_unescaped(columns[1]))
        if any(mount in path.parents for mount in _MOUNTS):
            found.append(path)
    return sorted(found)


def _unescaped(text: str) -> str:
    """A name of the mount table, in which blanks stand as octal numbers."""
    made = bytearray()
    raw = text.encode("utf-8", "surrogateescape")
    place = 0
    while place < len(raw):
        digits = raw[place + 1 : place + 4]
        if raw[place : place + 1] == b"\\" and len(digits) == 3 and digits.isdigit():
            made.append(int(digits, 8) & 0xFF)
            place += 4
        else:
            made.append(raw[place])
            place += 1
    return made.decode("utf-8", "surrogateescape")
