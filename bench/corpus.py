"""What the benches catalogue: real entries where they are, else the samples.

``catalogue.csv`` beside the repository holds 39,369 entries with real titles, document
numbers and dates. More than that many are the same ones again with other numbers and
words, so that neither the compressor nor the index meets an entry twice.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from sync.samples import ENTRIES_A_ROOM, ROOMS
from sync.samples import entries as sample_entries

REPOSITORY = Path(__file__).parents[1]
HEADINGS = (
    "档号",
    "题名",
    "文号",
    "责任者",
    "成文日期",
    "年度",
    "保管期限",
    "机构问题",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list, as a room would keep it."""

    code: str
    title: str
    doc_no: str
    creator: str
    date: str
    year: str
    retention: str
    org: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The line under HEADINGS."""
        return (
            self.code,
            self.title,
            self.doc_no,
            self.creator,
            self.date,
            self.year,
            self.retention,
            self.org,
        )


def real_folder() -> Path | None:
    """The folder of the real catalogue, or None."""
    named = os.environ.get("DANGYI_DATA")
    data = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    folder = data / "catalogue"
    return folder if (folder / "catalogue.csv").is_file() else None


def source_name() -> str:
    """Where the entries are from, for the head of the report."""
    return "real catalogue" if real_folder() else "sample entries (no real data here)"


def entries(count: int) -> list[Entry]:
    """*count* entries; beyond the first 39,369 with changed numbers and words."""
    own = list(_real_entries() if real_folder() else _sample_entries())
    return list(islice(_varied(own), count))


def one_fonds(count: int, fonds: str = "0001") -> list[Entry]:
    """The same entries, numbered as the list of one large room: no code twice."""
    used: Counter[str] = Counter()
    volumes: dict[str, int] = {}
    numbered = []
    for entry in entries(count):
        _, _, rest = entry.code.partition("-")
        stem, _, _ = rest.rpartition("-")
        if stem.startswith("WS"):
            key = f"{fonds}-{stem}"
            used[key] += 1
            code = f"{key}-{used[key]:04d}"
        else:
            inventory, _, _ = stem.partition("-")
            volume = volumes.setdefault(entry.code.rpartition("-")[0], len(volumes) + 1)
            key = f"{fonds}-{inventory}-{volume:04d}"
            used[key] += 1
            code = f"{key}-{used[key]:03d}"
        numbered.append(replace(entry, code=code))
    return numbered


def write_list(path: Path, wanted: list[Entry]) -> None:
    """A workbook that ``dangyi import`` takes as it is."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(entry.cells for entry in wanted)


def _real_entries() -> Iterator[Entry]:
    folder = real_folder()
    if folder is None:
        return
    with (folder / "catalogue.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield Entry(
                code=row["档号(编)"],
                title=row["题名"],
                doc_no=row["文号"],
                creator=row["责任者(推)"],
                date=row["成文日期"],
                year=row["年度(推)"],
                retention=row["保管期限(推)"],
                org=row["机构问题(推)"],
            )


def _sample_entries() -> Iterator[Entry]:
    for room in ROOMS:
        for sample in sample_entries(room, ENTRIES_A_ROOM):
            yield Entry(
                code=sample.code,
                title=sample.title,
                doc_no=sample.doc_no,
                creator=sample.creator,
                date=f"{sample.year:04d}-{sample.month:02d}-{sample.day:02d}",
                year=str(sample.year),
                retention=sample.retention,
                org=sample.org,
            )


def _varied(own: list[Entry]) -> Iterator[Entry]:
    """*own* as they are, then again and again with numbers and words changed."""
    yield from own
    lap = 0
    while True:
        lap += 1
        for place, entry in enumerate(own):
            other = own[(place * 7 + lap * 1009) % len(own)]
            half = len(entry.title) // 2
            yield replace(
                entry,
                code=f"{entry.code[:-1]}{lap}{entry.code[-1]}",
                title=entry.title[:half] + other.title[len(other.title) // 2 :],
                doc_no=entry.doc_no.replace("号", f"{lap}号"),
                creator=other.creator,
            )
